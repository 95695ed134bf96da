// This todo service is a typical Node.js program for Lambda. The service uses Hono and the AWS SDK
// v3, and esbuild bundles the code. The service can only add, read, list and delete todos.
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DeleteCommand, DynamoDBDocumentClient, GetCommand, PutCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { Hono } from "hono";
import { handle } from "hono/aws-lambda";
import { randomUUID } from "node:crypto";

const TableName = process.env.TABLE_NAME;
const owner = "user#node";
const dynamodb = DynamoDBDocumentClient.from(new DynamoDBClient({}));
const key = (id) => ({ owner, sk: `todo#${id}` });
const shown = ({ owner, sk, view, ...todo }) => todo;

const app = new Hono();

app.get("/todos/:id", async (c) => {
  const { Item } = await dynamodb.send(new GetCommand({ TableName, Key: key(c.req.param("id")), ConsistentRead: true }));
  return Item ? c.json({ todo: shown(Item) }) : c.json({ title: "Not Found" }, 404);
});

app.get("/todos", async (c) => {
  const { Items } = await dynamodb.send(
    new QueryCommand({
      TableName,
      IndexName: "timeline",
      KeyConditionExpression: "#owner = :owner AND begins_with(#view, :open)",
      ExpressionAttributeNames: { "#owner": "owner", "#view": "view" },
      ExpressionAttributeValues: { ":owner": owner, ":open": "open#" },
      ConsistentRead: true,
      Limit: Number(c.req.query("limit") ?? 50),
    }),
  );
  return c.json({ todos: Items.map(shown) });
});

app.post("/todos", async (c) => {
  const { title, list = "Inbox", due } = await c.req.json();
  if (typeof title !== "string" || title.length < 1 || title.length > 500) return c.json({ title: "Invalid" }, 422);
  const id = randomUUID();
  const now = new Date().toISOString();
  const todo = { id, title, status: "open", list, priority: "normal", due, version: 1, created_at: now, updated_at: now };
  await dynamodb.send(
    new PutCommand({
      TableName,
      Item: JSON.parse(JSON.stringify({ ...key(id), view: `open#${due ?? "~"}#${id}`, ...todo })),
      ConditionExpression: "attribute_not_exists(sk)",
    }),
  );
  return c.json({ todo }, 201);
});

app.delete("/todos/:id", async (c) => {
  const { Attributes } = await dynamodb.send(
    new DeleteCommand({ TableName, Key: key(c.req.param("id")), ReturnValues: "ALL_OLD" }),
  );
  return Attributes ? c.json({ todo: shown(Attributes) }) : c.json({ title: "Not Found" }, 404);
});

export const handler = handle(app);
