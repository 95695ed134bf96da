"""moto's server with faster transactions.

To be able to roll a transaction back, moto copies the whole table once for every action of the transaction. Forty
updates in a table with a thousand items take longer than any time-out. Here an update copies the item that it changes,
so a copy of the table can share its items. moto itself still decides what to store, compare, refuse and restore.
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
