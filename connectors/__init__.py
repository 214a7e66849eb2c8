"""Everything the author of a connector needs: import it from here, not from the modules behind it.

A name is loaded when it is first asked for, so that a mapping which needs `Order` loads no HTTP
client and no settings model.
"""

# Sorted, the imports would have one statement for each name.
# ruff: isort: skip_file
from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

# What a type checker and an editor see.
if TYPE_CHECKING:
    from connectors.carriers import (
        Carrier as Carrier,
        Carriers as Carriers,
    )
    from connectors.errors import (
        AuthenticationError as AuthenticationError,
        CircuitOpenError as CircuitOpenError,
        ConflictError as ConflictError,
        ConnectorError as ConnectorError,
        IncompleteListingError as IncompleteListingError,
        OrderNotFoundError as OrderNotFoundError,
        PartError as PartError,
        PermanentError as PermanentError,
        RefusedError as RefusedError,
        SharedNumberError as SharedNumberError,
        TemporaryError as TemporaryError,
        ThrottledError as ThrottledError,
        TooLargeError as TooLargeError,
        UnavailableError as UnavailableError,
        UnreadableResponseError as UnreadableResponseError,
        UnsentError as UnsentError,
    )
    from connectors.filling import FieldFiller as FieldFiller
    from connectors.inspection import (
        FindsByNumber as FindsByNumber,
        Inspectable as Inspectable,
        check_answers as check_answers,
        check_clock as check_clock,
    )
    from connectors.interface import (
        CanWithdraw as CanWithdraw,
        CheckLevel as CheckLevel,
        CheckReport as CheckReport,
        Connector as Connector,
        ConnectorContext as ConnectorContext,
        ConnectorSettings as ConnectorSettings,
        ConnectorType as ConnectorType,
        Duration as Duration,
        Finding as Finding,
        ForgetfulMemory as ForgetfulMemory,
        Memory as Memory,
        Remark as Remark,
        ShipOutcome as ShipOutcome,
    )
    from connectors.orders import (
        Address as Address,
        Customer as Customer,
        Customs as Customs,
        Destination as Destination,
        Dimensions as Dimensions,
        Fulfillment as Fulfillment,
        ItemOption as ItemOption,
        LengthUnit as LengthUnit,
        LineItem as LineItem,
        Order as Order,
        OrderId as OrderId,
        OrderStatus as OrderStatus,
        RejectedOrder as RejectedOrder,
        Weight as Weight,
        WeightUnit as WeightUnit,
        Window as Window,
    )
    from connectors.places import (
        MisplacedError as MisplacedError,
        PLACES as PLACES,
        PlaceOf as PlaceOf,
        PlacedText as PlacedText,
        Source as Source,
        locate_faults as locate_faults,
        with_places as with_places,
    )
    from connectors.reading.amounts import (
        count_minor_digits as count_minor_digits,
        read_minor_money as read_minor_money,
        read_money as read_money,
    )
    from connectors.reading.complaints import (
        Complaint as Complaint,
        UNDECODABLE as UNDECODABLE,
        read_complaint as read_complaint,
    )
    from connectors.reading.countries import (
        find_country as find_country,
    )
    from connectors.reading.cursor import walk_by_cursor as walk_by_cursor
    from connectors.reading.durations import (
        parse_duration as parse_duration,
        write_duration as write_duration,
    )
    from connectors.reading.fields import (
        FieldError as FieldError,
        read_country as read_country,
        read_flag as read_flag,
        read_id as read_id,
        read_integer as read_integer,
        read_number as read_number,
        read_quantity as read_quantity,
        read_text as read_text,
    )
    from connectors.reading.keyset import (
        walk_by_key as walk_by_key,
    )
    from connectors.reading.markup import (
        clean_text as clean_text,
        shorten as shorten,
    )
    from connectors.reading.measures import (
        convert_to_grams as convert_to_grams,
        find_length_unit as find_length_unit,
        find_weight_unit as find_weight_unit,
        read_dimensions as read_dimensions,
        read_weight as read_weight,
    )
    from connectors.reading.moments import (
        read_moment as read_moment,
        read_optional_moment as read_optional_moment,
    )
    from connectors.reading.paging import (
        Page as Page,
        Sized as Sized,
        walk_by_offset as walk_by_offset,
        walk_by_page as walk_by_page,
    )
    from connectors.reading.proof import Evidence as Evidence
    from connectors.reading.proof import Habits as Habits
    from connectors.reading.proof import Verdict as Verdict
    from connectors.shipments import (
        Shipment as Shipment,
        ShippedItem as ShippedItem,
        ShippingRules as ShippingRules,
    )
    from connectors.upstream.auth.auth import (
        Auth as Auth,
        BasicAuth as BasicAuth,
        BearerAuth as BearerAuth,
        FixedAuth as FixedAuth,
        HeaderAuth as HeaderAuth,
        NoAuth as NoAuth,
        OAuth1Auth as OAuth1Auth,
        QueryAuth as QueryAuth,
        Send as Send,
        Token as Token,
    )
    from connectors.upstream.auth.oauth2 import (
        use_client_credentials as use_client_credentials,
        use_refresh_token as use_refresh_token,
    )
    from connectors.upstream.auth.signatures import HmacAuth as HmacAuth
    from connectors.upstream.auth.token_answer import (
        make_token_reader as make_token_reader,
        read_oauth2 as read_oauth2,
    )
    from connectors.upstream.auth.token_file import (
        TokenFile as TokenFile,
    )
    from connectors.upstream.auth.tokens import (
        TokenAuth as TokenAuth,
    )
    from connectors.upstream.call import (
        Judge as Judge,
        Review as Review,
    )
    from connectors.upstream.client import (
        Upstream as Upstream,
    )
    from connectors.upstream.exchange import (
        Exchange as Exchange,
        Observer as Observer,
    )
    from connectors.upstream.isolation import Isolation as Isolation
    from connectors.upstream.masking import (
        Mask as Mask,
    )
    from connectors.upstream.policy import (
        UpstreamPolicy as UpstreamPolicy,
    )
    from connectors.upstream.request import (
        Pairs as Pairs,
        Request as Request,
        encode_params as encode_params,
        encode_segment as encode_segment,
        name_step as name_step,
    )
    from connectors.upstream.response import (
        Reply as Reply,
        find_next_link as find_next_link,
    )
    from connectors.webhooks import (
        HasWebhooks as HasWebhooks,
        Hint as Hint,
        Subscription as Subscription,
        UnreadableWebhookError as UnreadableWebhookError,
        UnsignedWebhookError as UnsignedWebhookError,
        Webhooks as Webhooks,
        is_signed as is_signed,
        read_sent_at as read_sent_at,
    )

# The same names by their modules; a test compares the two.
_ROOMS = {
    "connectors.carriers": "Carrier Carriers",
    "connectors.errors": (
        "AuthenticationError CircuitOpenError ConflictError ConnectorError "
        "IncompleteListingError OrderNotFoundError PartError PermanentError RefusedError "
        "SharedNumberError TemporaryError ThrottledError TooLargeError UnavailableError "
        "UnreadableResponseError UnsentError"
    ),
    "connectors.filling": "FieldFiller",
    "connectors.inspection": "FindsByNumber Inspectable check_answers check_clock",
    "connectors.interface": (
        "CanWithdraw CheckLevel CheckReport Connector ConnectorContext ConnectorSettings "
        "ConnectorType Duration Finding ForgetfulMemory Memory Remark ShipOutcome"
    ),
    "connectors.orders": (
        "Address Customer Customs Destination Dimensions Fulfillment ItemOption LengthUnit "
        "LineItem Order OrderId OrderStatus RejectedOrder Weight WeightUnit Window"
    ),
    "connectors.places": (
        "PLACES MisplacedError PlaceOf PlacedText Source locate_faults with_places"
    ),
    "connectors.reading.amounts": "count_minor_digits read_minor_money read_money",
    "connectors.reading.complaints": "UNDECODABLE Complaint read_complaint",
    "connectors.reading.countries": "find_country",
    "connectors.reading.cursor": "walk_by_cursor",
    "connectors.reading.durations": "parse_duration write_duration",
    "connectors.reading.fields": (
        "FieldError read_country read_flag read_id read_integer read_number read_quantity read_text"
    ),
    "connectors.reading.keyset": "walk_by_key",
    "connectors.reading.markup": "clean_text shorten",
    "connectors.reading.measures": (
        "convert_to_grams find_length_unit find_weight_unit read_dimensions read_weight"
    ),
    "connectors.reading.moments": "read_moment read_optional_moment",
    "connectors.reading.paging": "Page Sized walk_by_offset walk_by_page",
    "connectors.reading.proof": "Evidence Habits Verdict",
    "connectors.shipments": "Shipment ShippedItem ShippingRules",
    "connectors.upstream.auth.auth": (
        "Auth BasicAuth BearerAuth FixedAuth HeaderAuth NoAuth OAuth1Auth QueryAuth Send Token"
    ),
    "connectors.upstream.auth.oauth2": "use_client_credentials use_refresh_token",
    "connectors.upstream.auth.signatures": "HmacAuth",
    "connectors.upstream.auth.token_answer": "make_token_reader read_oauth2",
    "connectors.upstream.auth.token_file": "TokenFile",
    "connectors.upstream.auth.tokens": "TokenAuth",
    "connectors.upstream.call": "Judge Review",
    "connectors.upstream.client": "Upstream",
    "connectors.upstream.exchange": "Exchange Observer",
    "connectors.upstream.isolation": "Isolation",
    "connectors.upstream.masking": "Mask",
    "connectors.upstream.policy": "UpstreamPolicy",
    "connectors.upstream.request": "Pairs Request encode_params encode_segment name_step",
    "connectors.upstream.response": "Reply find_next_link",
    "connectors.webhooks": (
        "HasWebhooks Hint Subscription UnreadableWebhookError UnsignedWebhookError Webhooks "
        "is_signed read_sent_at"
    ),
}
_ROOM_OF = {name: room for room, names in _ROOMS.items() for name in names.split()}

__all__ = tuple(_ROOM_OF)


if not TYPE_CHECKING:  # A type checker knows the names from the imports above, and no others.

    def __getattr__(name: str) -> Any:
        """A name of the surface, taken from its module when it is first asked for."""
        if name not in _ROOM_OF:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(_ROOM_OF[name]), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    """The names of the surface, for people who look around."""
    return sorted({*globals(), *_ROOM_OF})
