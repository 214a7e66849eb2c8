"""The documented shape of each answer of ShipStation's API v1, with invented values.

Sources: docs.shipstation.com, API v1 (models and list calls), and the types of the npm package
`shipstation-node` where both name a field.
"""

from __future__ import annotations

from typing import Any

_PLACE = {
    "name": "Ada Example",
    "company": "Example & Sons",
    "street1": "1 Harbour Road",
    "street2": "Flat 2",
    "street3": None,
    "city": "Austin",
    "state": "TX",
    "postalCode": "73301",
    "country": "US",
    "phone": "512-555-0101",
    "residential": None,
    "addressVerified": None,
}
_ADVANCED: dict[str, Any] = {
    "warehouseId": None,
    "nonMachinable": False,
    "saturdayDelivery": False,
    "containsAlcohol": False,
    "storeId": 12345,
    "customField1": None,
    "customField2": None,
    "customField3": None,
    "source": None,
    "mergedOrSplit": False,
    "mergedIds": [],
    "parentId": None,
    "billToParty": None,
    "billToAccount": None,
    "billToPostalCode": None,
    "billToCountryCode": None,
}
ORDER = {
    "orderId": 990011,
    "orderNumber": "1043",
    "orderKey": "1043",
    "orderDate": "2026-03-01T20:00:00.0000000",
    "createDate": "2026-03-02T01:15:27.4130000",
    "modifyDate": "2026-03-02T01:15:27.4130000",
    "paymentDate": "2026-03-01T20:00:00.0000000",
    "shipByDate": None,
    "orderStatus": "awaiting_shipment",
    "customerId": 440001,
    "customerUsername": "ada",
    "customerEmail": "ada@example.com",
    "billTo": _PLACE,
    "shipTo": _PLACE,
    "items": [
        {
            "orderItemId": 81,
            "lineItemKey": "104300",
            "sku": "CUP-1",
            "name": "Cup",
            "imageUrl": "https://shop.example.com/cup.jpg",
            "weight": {"value": 12.5, "units": "ounces"},
            "quantity": 2,
            "unitPrice": 13.99,
            "taxAmount": None,
            "shippingAmount": None,
            "warehouseLocation": "A1",
            "options": [{"name": "Color", "value": "Green"}],
            "productId": 330001,
            "fulfillmentSku": None,
            "adjustment": False,
            "upc": "012345678905",
            "createDate": "2026-03-02T01:15:27.4130000",
            "modifyDate": "2026-03-02T01:15:27.4130000",
        }
    ],
    "orderTotal": 37.47,
    "amountPaid": 37.47,
    "taxAmount": 4.99,
    "shippingAmount": 4.5,
    "customerNotes": "Ring twice",
    "internalNotes": None,
    "gift": False,
    "giftMessage": None,
    "paymentMethod": "Card",
    "requestedShippingService": "Flat rate",
    "carrierCode": None,
    "serviceCode": None,
    "packageCode": None,
    "confirmation": "none",
    "shipDate": None,
    "holdUntilDate": None,
    "weight": None,
    "dimensions": None,
    "insuranceOptions": {},
    "internationalOptions": {},
    "advancedOptions": _ADVANCED,
    "tagIds": None,
    "userId": None,
    "externallyFulfilled": False,
    "externallyFulfilledBy": None,
    "externallyFulfilledById": None,
    "externallyFulfilledByName": None,
    "labelMessages": None,
}
SHIPMENT = {
    "shipmentId": 70112233,
    "orderId": 990011,
    "orderKey": "1043",
    "userId": None,
    "customerEmail": "ada@example.com",
    "orderNumber": "1043",
    "createDate": "2026-03-02T01:15:27.4130000",
    "shipDate": "2026-03-02",
    "shipmentCost": 6.35,
    "insuranceCost": 0,
    "trackingNumber": "9400100000000000000000",
    "isReturnLabel": False,
    "batchNumber": None,
    "carrierCode": "stamps_com",
    "serviceCode": "usps_ground_advantage",
    "packageCode": "package",
    "confirmation": "delivery",
    "warehouseId": None,
    "voided": False,
    "voidDate": None,
    "marketplaceNotified": True,
    "notifyErrorMessage": None,
    "shipTo": _PLACE,
    "weight": None,
    "dimensions": None,
    "insuranceOptions": {},
    "advancedOptions": _ADVANCED,
    "shipmentItems": [
        {
            "orderItemId": 81,
            "lineItemKey": "104300",
            "sku": "CUP-1",
            "name": "Cup",
            "imageUrl": "https://shop.example.com/cup.jpg",
            "weight": {"value": 12.5, "units": "ounces"},
            "quantity": 2,
            "unitPrice": 13.99,
            "warehouseLocation": "A1",
            "options": None,
            "productId": 330001,
            "fulfillmentSku": None,
        }
    ],
    "labelData": None,
    "formData": None,
}
FULFILLMENT = {
    "fulfillmentId": 8800123,
    "orderId": 990012,
    "orderNumber": "1044",
    "userId": None,
    "customerEmail": "ada@example.com",
    "trackingNumber": "X-77",
    "createDate": "2026-03-02T02:00:00.0000000",
    "shipDate": "2026-03-02T00:00:00.0000000",
    "voidDate": None,
    "deliveryDate": None,
    "carrierCode": "Other",
    "sellerFillProviderId": 0,
    "sellerFillProviderName": "",
    "fulfillmentServiceCode": None,
    "fulfillmentProviderCode": None,
    "fulfillmentFee": 0,
    "voidRequested": False,
    "voided": False,
    "marketplaceNotified": False,
    "notifyErrorMessage": "The remote server returned an error: (500)",
    "shipTo": _PLACE,
}
STORE = {
    "storeId": 12345,
    "storeName": "North",
    "marketplaceId": 38,
    "marketplaceName": "Custom Store",
    "accountName": None,
    "email": None,
    "integrationUrl": "http://shop.example.com",
    "active": True,
    "companyName": "",
    "phone": "",
    "publicEmail": "",
    "website": "",
    "refreshDate": "2026-03-02T01:15:27.4130000",
    "lastRefreshAttempt": "2026-03-02T01:15:27.4130000",
    "createDate": "2026-03-02T01:15:27.4130000",
    "modifyDate": "2026-03-02T01:15:27.4130000",
    "autoRefresh": True,
    "statusMappings": [{"orderStatus": "awaiting_payment", "statusKey": "unpaid"}],
}
USER = {"userId": "00000000-0000-0000-0000-00000000abcd", "userName": "ada", "name": "Ada"}
TAG = {"tagId": 9001, "name": "Fragile", "color": "#FFFFFF"}
WAREHOUSE = {
    "warehouseId": 55001,
    "warehouseName": "Austin",
    "originAddress": _PLACE,
    "returnAddress": _PLACE,
    "createDate": "2026-03-02T01:15:27.4130000",
    "isDefault": True,
}
CARRIER = {
    "name": "FedEx",
    "code": "fedex",
    "accountNumber": "297929999",
    "requiresFundedAccount": False,
    "balance": 0,
    "nickname": None,
    "shippingProviderId": 12348,
    "primary": True,
}
SERVICE = {
    "carrierCode": "fedex",
    "code": "fedex_ground",
    "name": "FedEx Ground",
    "domestic": True,
    "international": False,
}
WEBHOOK = {
    "WebHookID": 123,
    "SellerID": 100000,
    "StoreID": 12345,
    "HookType": "SHIP_NOTIFY",
    "MessageFormat": "Json",
    "Url": "https://portside.example.com/hook",
    "Name": "Portside",
    "BulkCopyBatchID": None,
    "BulkCopyRecordID": None,
    "Active": True,
    "Seller": None,
    "Store": None,
    "WebHookLogs": [],
}


def find_differences(answer: Any, sample: Any, path: str = "") -> list[str]:
    """Where an answer differs in shape from a sample: other keys, another type, a time without its
    seven digits. None fits every type; lists are compared by their first rows.
    """
    if isinstance(sample, dict) and isinstance(answer, dict):
        wrong = sorted(set(answer) ^ set(sample))
        found = [f"{path}.{name}: only on one side" for name in wrong]
        for name in set(answer) & set(sample):
            found += find_differences(answer[name], sample[name], f"{path}.{name}")
        return found
    if isinstance(sample, list) and isinstance(answer, list):
        pairs = list(zip(answer, sample, strict=False))
        return [each for pair in pairs[:1] for each in find_differences(*pair, f"{path}[0]")]
    fault = "" if answer is None or sample is None else _find_fault(answer, sample, path)
    return [f"{path}: {fault}"] if fault else []


def _find_fault(answer: Any, sample: Any, path: str) -> str:
    """What is wrong with one value beside the documented one; a number may be whole or not."""
    numbers = (int, float)
    if isinstance(answer, numbers) and isinstance(sample, numbers):
        return "a flag" if isinstance(answer, bool) is not isinstance(sample, bool) else ""
    if type(answer) is not type(sample):
        return f"{type(answer).__name__}, not {type(sample).__name__}"
    is_time = path.endswith(("Date", "Attempt"))
    return f"{answer}" if is_time and len(answer) != len(sample) else ""
