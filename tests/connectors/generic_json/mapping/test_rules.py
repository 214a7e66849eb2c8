"""What the settings promise of the map reaches the map."""

import msgspec
import pytest

from connectors.fieldmap import rules as fieldmap_rules
from connectors.fieldmap import settings as fieldmap_settings
from connectors.fieldmap import sources
from connectors.fieldmap.blocks import Block
from connectors.generic_json.mapping import rules
from connectors.generic_json.settings import fields, mapping

PAIRS: list[tuple[type[Block], type[msgspec.Struct]]] = [
    (sources.FieldSource, fieldmap_rules.FieldRule),
    (fields.TimeSource, rules.TimeRule),
    (fields.WeightSource, rules.WeightRule),
    (fields.StatusRule, rules.StatusCase),
    (fields.StatusSource, rules.StatusRule),
    (sources.AddressMap, fieldmap_rules.AddressRules),
    (fieldmap_settings.DimensionFields, fieldmap_rules.DimensionRules),
    (fieldmap_settings.LineFields, fieldmap_rules.LineRules),
    (mapping.DestinationMap, rules.DestinationRules),
    (mapping.FulfillmentMap, rules.FulfillmentRule),
    (mapping.OptionsMap, rules.OptionRules),
    (mapping.SharesMap, rules.ShareRules),
    (mapping.CustomsMap, rules.CustomsRules),
    (mapping.ItemsMap, rules.ItemRules),
    (mapping.AdjustmentsMap, rules.AdjustmentRules),
    (mapping.MoneySettings, rules.MoneyRules),
    (mapping.OrderMap, rules.OrderRules),
]
SET_BY_THE_RULE = {"shortcut", "word", "cases", "compiled"}


@pytest.mark.parametrize(("model", "struct"), PAIRS)
def test_each_key_of_the_map_is_one_that_the_map_reads(
    model: type[Block], struct: type[msgspec.Struct]
) -> None:
    assert set(model.model_fields) == set(struct.__struct_fields__) - SET_BY_THE_RULE


def test_no_kind_of_rule_is_left_out_of_this_table() -> None:
    structs = {
        each
        for module in (rules, fieldmap_rules)
        for each in vars(module).values()
        if isinstance(each, type(msgspec.Struct)) and each.__module__ == module.__name__
    }
    # What a store fills in is spelt in three blocks of its settings.
    assert structs - {fieldmap_rules.FillRules} == {struct for _, struct in PAIRS}
