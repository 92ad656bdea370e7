import type { FastifyDynamicSwaggerOptions, SwaggerTransform } from "@fastify/swagger";
import { jsonSchemaTransform, jsonSchemaTransformObject } from "fastify-type-provider-zod";
import { PROBLEM_DESCRIPTIONS } from "./problem-schema.ts";

const TAGS = [
  { name: "recognition", description: "Which anime is this?" },
  { name: "search", description: "What in the gallery looks like this?" },
  { name: "songs", description: "Every opening and ending of all seasons" },
  { name: "admin", description: "The gallery and its index" },
  { name: "operation", description: "For machines that watch" },
];

/** The OpenAPI 3.1 document, written from the schemas that requests and answers are checked with. */
export function openapiOptions(version: string): FastifyDynamicSwaggerOptions {
  return {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "opfind",
        version,
        description: "Show it an anime poster, get the anime and every opening and ending song of all its seasons.",
        license: { name: "MIT", identifier: "MIT" },
      },
      servers: [{ url: "/" }],
      tags: TAGS,
      components: {
        securitySchemes: {
          bearer: { type: "http", scheme: "bearer", description: "a key made by `opfind keys create`" },
          header: { type: "apiKey", in: "header", name: "X-API-Key" },
        },
      },
    },
    transform,
    transformObject: jsonSchemaTransformObject,
  };
}

/** What the transform of the type provider leaves out: bodies of several types, the type of problems, who may ask. */
const transform: SwaggerTransform = (document) => {
  const { body, ...rest } = document.schema ?? {};
  const told = jsonSchemaTransform({ ...document, schema: rest });
  const { response, ...plain } = told.schema;
  const { role = "admin" } = document.route.config ?? {};
  const access = role === "anyone" ? { security: [] } : { security: [{ bearer: [] }, { header: [] }], "x-role": role };
  const schema = {
    ...plain,
    ...(response ? { response: withProblemType(response) } : {}),
    ...(body ? { body: bodyOf(body, document) } : {}),
    ...access,
  };
  return { schema, url: told.url };
};

type Document = Parameters<SwaggerTransform>[0];

function bodyOf(body: unknown, document: Document): unknown {
  if (!isByContentType(body)) return jsonSchemaTransform({ ...document, schema: { body } }).schema.body;
  const content = Object.entries(body.content).map(([type, { schema }]) => {
    const told = jsonSchemaTransform({ ...document, schema: { body: schema } });
    return [type, { schema: told.schema.body }] as const;
  });
  return { content: Object.fromEntries(content) };
}

interface ByContentType {
  readonly content: Readonly<Record<string, { readonly schema: unknown }>>;
}

function isByContentType(body: unknown): body is ByContentType {
  return typeof body === "object" && body !== null && "content" in body;
}

function withProblemType(response: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(response).map(([status, schema]) => {
      if (status < "400") return [status, schema];
      const description = PROBLEM_DESCRIPTIONS[status] ?? "";
      return [status, { description, content: { "application/problem+json": { schema } } }];
    }),
  );
}
