"""moto's server, with transactions that cost what they change.

To be able to roll a transaction back, moto copies the whole table once for every action in it: forty updates among a
thousand items take longer than any time-out. Here an item is copied when it is updated, so the table can be copied by
reference. What is stored, compared, refused and restored stays moto's own.
"""

import copy
from collections import defaultdict

from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.table import Table
from moto.server import main


def copy_by_reference(table, _memo):
    twin = copy.copy(table)
    twin.items = defaultdict(dict, {partition: dict(items) for partition, items in table.items.items()})
    return twin


def update_a_copy(backend, table_name, key, *arguments, **named):
    table = backend.get_table(table_name)
    partition, sort = backend.get_keys_value(table, key)
    item = table.get_item(partition, sort)
    if item is not None:
        table.items[partition][sort] = copy.deepcopy(item)
    return update_item(backend, table_name, key, *arguments, **named)


update_item = DynamoDBBackend.update_item
DynamoDBBackend.update_item = update_a_copy
Table.__deepcopy__ = copy_by_reference

if __name__ == "__main__":
    main()
