"""What settings may say about a store's ShipStation account."""

from proxy.settings.account.settings import SHIPSTATION_URL, AccountSettings

__all__ = ["SHIPSTATION_URL", "AccountSettings"]
