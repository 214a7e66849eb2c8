"""The GraphQL documents that Portside sends, written for 2025-01 and later.

The cost of an answer counts every object that it could hold. So only one side of each amount is
asked for, and lists are short at first: an order with longer lists has the rest read on its own.
"""

from __future__ import annotations

from connectors.shopify.api.transport import COUNTED_ORDERS
from connectors.shopify.mapping.rules import Money

FIRST_LINES = 5
FIRST_OTHERS = 3
MORE = 50

_LINE = """id title name sku quantity currentQuantity unfulfilledQuantity
requiresShipping variant { id }
originalUnitPriceSet { ...money } taxLines { rate priceSet { ...money } }
discountAllocations { allocatedAmountSet { ...money } } customAttributes { key value }"""

_SHIPPING_LINE = """title code isRemoved deliveryCategory originalPriceSet { ...money }
discountedPriceSet { ...money }
taxLines { rate priceSet { ...money } }"""

_ADDRESS = (
    "firstName lastName name company address1 address2 city province provinceCode zip country"
    " countryCodeV2 phone"
)

_FULFILLMENT_LINES = (
    "nodes { id totalQuantity remainingQuantity lineItem { id } } pageInfo { hasNextPage"
    " endCursor }"
)

_DESTINATION = (
    "destination { firstName lastName company address1 address2 city province zip countryCode"
    " phone email }"
)

_FULFILLMENT_ORDER = f"""id status requestStatus fulfillAt supportedActions {{ action }}
fulfillmentHolds {{ reason reasonNotes }}
assignedLocation {{ location {{ id }} }} deliveryMethod {{ methodType }} {_DESTINATION}
lineItems(first: 20) {{ {_FULFILLMENT_LINES} }}"""


def _write_money(side: Money) -> str:
    return f"fragment money on MoneyBag {{ {side}Money {{ amount currencyCode }} }}"


def _write_order(side: Money) -> str:
    return f"""{_write_money(side)}
fragment order on Order {{
id name createdAt updatedAt processedAt cancelledAt displayFinancialStatus displayFulfillmentStatus
test taxesIncluded currencyCode
presentmentCurrencyCode confirmationNumber poNumber sourceName email phone note tags
paymentGatewayNames discountCodes
customAttributes {{ key value }}
customer {{ id firstName lastName defaultEmailAddress {{ emailAddress }} defaultPhoneNumber {{
phoneNumber }} }}
billingAddress {{ {_ADDRESS} }} shippingAddress {{ {_ADDRESS} }}
totalPriceSet {{ ...money }} currentTotalPriceSet {{ ...money }} totalTaxSet {{ ...money }}
currentTotalTaxSet {{ ...money }}
currentShippingPriceSet {{ ...money }} currentTotalDutiesSet {{ ...money }}
currentTotalAdditionalFeesSet {{ ...money }}
totalTipReceivedSet {{ ...money }} totalCashRoundingAdjustment {{ paymentSet {{ ...money }} }}
shippingLines(first: {FIRST_OTHERS}, includeRemovals: true) {{ nodes {{ {_SHIPPING_LINE} }} pageInfo
{{ hasNextPage endCursor }} }}
lineItems(first: {FIRST_LINES}) {{ nodes {{ {_LINE} }} pageInfo {{ hasNextPage endCursor }} }}
}}"""


def build_orders_query(side: Money) -> str:
    """A page of orders by time of change."""
    return f"""query Orders($first: Int!, $after: String, $query: String) {{
orders(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) {{ nodes {{ ...order }}
pageInfo {{ hasNextPage endCursor }} }} }}
{_write_order(side)}"""


def build_orders_by_id_query(side: Money) -> str:
    """Some orders by their ids."""
    return f"""query OrdersById($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on Order {{ ...order }} }}
}}
{_write_order(side)}"""


def build_more_lines_query(side: Money) -> str:
    """The further lines of one order."""
    return f"""query MoreLines($id: ID!, $after: String) {{
order(id: $id) {{ lineItems(first: {MORE}, after: $after) {{ nodes {{ {_LINE} }} pageInfo {{
hasNextPage endCursor }} }} }} }}
{_write_money(side)}"""


def build_more_shipping_query(side: Money) -> str:
    """The further shipping lines of one order."""
    return f"""query MoreShippingLines($id: ID!, $after: String) {{
order(id: $id) {{ shippingLines(first: {MORE}, after: $after, includeRemovals: true) {{
nodes {{ {_SHIPPING_LINE} }} pageInfo {{ hasNextPage endCursor }} }} }} }}
{_write_money(side)}"""


STAMPS = """query Stamps($first: Int!, $query: String) {
orders(first: $first, query: $query, sortKey: ID) { nodes { id updatedAt } } }"""

NAMED = "query Named($query: String!) { orders(first: 20, query: $query) { nodes { id name } } }"

COUNT = (
    f"query Count($query: String!) {{ ordersCount(query: $query, limit: {COUNTED_ORDERS + 1})"
    " { count } }"
)

FULFILLMENT_ORDERS = f"""query FulfillmentOrders($id: ID!, $after: String) {{ order(id: $id) {{ id
fulfillmentOrders(first: 10, after: $after) {{ nodes {{ {_FULFILLMENT_ORDER} }} pageInfo {{
hasNextPage endCursor }} }} }} }}"""

# Without lines, because most orders travel whole, in one way and to one address; more than two
# fulfillment orders are read on their own.
_ROUTES = f"""nodes(ids: $ids) {{ ... on Order {{ id
fulfillmentOrders(first: 2) {{ nodes {{ id status requestStatus supportedActions {{ action }}
deliveryMethod {{ methodType }} {_DESTINATION} }} pageInfo {{ hasNextPage endCursor }} }} }} }}"""

ROUTES = f"query Routes($ids: [ID!]!) {{ {_ROUTES} }}"

ROUTE_LINES = f"""query RouteLines($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on FulfillmentOrder {{
id status lineItems(first: 20) {{ {_FULFILLMENT_LINES} }} }} }} }}"""

MORE_FULFILLMENT_LINES = f"""query MoreFulfillmentOrderLines($id: ID!, $after: String) {{
fulfillmentOrder(id: $id) {{
lineItems(first: {MORE}, after: $after) {{ {_FULFILLMENT_LINES} }} }} }}"""

_PARCEL = """id status location { id } trackingInfo(first: 6) { company number url }
fulfillmentLineItems(first: 3) { nodes { quantity lineItem { id } } pageInfo { hasNextPage endCursor
} }"""

FULFILLMENTS = f"""query Fulfillments($id: ID!) {{ order(id: $id) {{ id fulfillments(first: 50) {{
{_PARCEL} }} }} }}"""

MORE_FULFILLED = """query MoreFulfilled($id: ID!, $after: String) { fulfillment(id: $id) {
fulfillmentLineItems(first: 50, after: $after) { nodes { quantity lineItem { id } } pageInfo {
hasNextPage endCursor } } } }"""

_HELD = f"""fulfillmentOrders(first: 20, after: $after, query: $query) {{
nodes {{ id status fulfillAt order {{ id }} fulfillmentHolds {{ reason reasonNotes }}
lineItems(first: 10) {{ {_FULFILLMENT_LINES} }} }}
pageInfo {{ hasNextPage endCursor }} }}"""

HELD = f"query Held($after: String, $query: String) {{ {_HELD} }}"

# Counting the orders of a window costs no request of its own here, nor does how its first orders
# travel.
_COUNTED = f"ordersCount(query: $orders, limit: {COUNTED_ORDERS + 1}) {{ count }}"
HELD_AND_COUNT = f"""query HeldAndCount($after: String, $query: String, $orders: String) {{ {_HELD}
{_COUNTED} }}"""
HELD_COUNT_AND_ROUTES = f"""query HeldCountAndRoutes($after: String, $query: String,
$orders: String, $ids: [ID!]!) {{ {_HELD} {_COUNTED} {_ROUTES} }}"""

STATES = """query States($ids: [ID!]!) { nodes(ids: $ids) { ... on Order { id
displayFulfillmentStatus } } }"""

VARIANTS = """query Variants($ids: [ID!]!) { nodes(ids: $ids) { ... on ProductVariant { id barcode
media(first: 1) { nodes { preview { image { url } } } }
product { featuredMedia { preview { image { url } } } }
inventoryItem { harmonizedSystemCode countryCodeOfOrigin measurement { weight { unit value } } } } }
}"""

CREATE = f"""mutation Ship($fulfillment: FulfillmentInput!) {{
fulfillmentCreate(fulfillment: $fulfillment) {{ fulfillment {{ {_PARCEL} }} userErrors {{ field
message }} }} }}"""

SET_TRACKING = f"""mutation Track($id: ID!, $tracking: FulfillmentTrackingInput!, $notify:
Boolean) {{
fulfillmentTrackingInfoUpdate(fulfillmentId: $id, trackingInfoInput: $tracking, notifyCustomer:
$notify) {{
fulfillment {{ {_PARCEL} }} userErrors {{ field message }} }} }}"""

CANCEL = """mutation Cancel($id: ID!) { fulfillmentCancel(id: $id) { fulfillment { id } userErrors {
field message } } }"""

RELEASE_HOLD = """mutation Release($id: ID!) { fulfillmentOrderReleaseHold(id: $id) {
fulfillmentOrder { id } userErrors { field message } } }"""

OPEN_SCHEDULED = """mutation Open($id: ID!) { fulfillmentOrderOpen(id: $id) { fulfillmentOrder { id
} userErrors { field message } } }"""
