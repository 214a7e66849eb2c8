"""Tests of webhooks: from the shop to ShipStation's next poll."""
