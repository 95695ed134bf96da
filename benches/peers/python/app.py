"""A typical todo service in Python on Lambda, with Powertools and boto3. The service can only create, read, list and
delete todos."""

import os
import uuid
from datetime import datetime, timezone

import boto3
from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from aws_lambda_powertools.event_handler.exceptions import BadRequestError, NotFoundError
from boto3.dynamodb.conditions import Attr, Key

OWNER = "user#python"
logger = Logger(service="todos")
app = APIGatewayHttpResolver()
table = boto3.resource("dynamodb").Table(os.environ["TABLE_NAME"])


def key(id):
    return {"owner": OWNER, "sk": f"todo#{id}"}


def shown(item):
    todo = {name: value for name, value in item.items() if name not in ("owner", "sk", "view")}
    return todo | {"version": int(todo["version"])}


@app.get("/todos/<id>")
def get_todo(id: str):
    item = table.get_item(Key=key(id), ConsistentRead=True).get("Item")
    if item is None:
        raise NotFoundError("no such todo")
    return {"todo": shown(item)}


@app.get("/todos")
def get_todos():
    answer = table.query(
        IndexName="timeline",
        KeyConditionExpression=Key("owner").eq(OWNER) & Key("view").begins_with("open#"),
        ConsistentRead=True,
        Limit=int(app.current_event.get_query_string_value("limit", "50")),
    )
    return {"todos": [shown(item) for item in answer["Items"]]}


@app.post("/todos")
def add_todo():
    asked = app.current_event.json_body
    title = asked.get("title")
    if not isinstance(title, str) or not 1 <= len(title) <= 500:
        raise BadRequestError("title must have 1 to 500 characters")
    id, now = str(uuid.uuid4()), datetime.now(timezone.utc).isoformat()
    todo = {"id": id, "title": title, "status": "open", "list": asked.get("list", "Inbox"), "priority": "normal"}
    todo |= {"version": 1, "created_at": now, "updated_at": now}
    if due := asked.get("due"):
        todo["due"] = due
    item = key(id) | {"view": f"open#{due or '~'}#{id}"} | todo
    table.put_item(Item=item, ConditionExpression=Attr("sk").not_exists())
    return {"todo": todo}, 201


@app.delete("/todos/<id>")
def delete_todo(id: str):
    item = table.delete_item(Key=key(id), ReturnValues="ALL_OLD").get("Attributes")
    if item is None:
        raise NotFoundError("no such todo")
    return {"todo": shown(item)}


@logger.inject_lambda_context
def handler(event, context):
    return app.resolve(event, context)
