import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv, type ValidateFunction } from "ajv";
import { z } from "zod";
import { sharedDir } from "../shared.ts";

/**
 * The published interface beside the checkout. Undefined where there is none: then answers go unchecked, and requests are
 * held to the words that the double knows (engine.ts).
 */
export const INTERFACE_FILE = sharedDir && join(sharedDir, "schemas", "qdrant-openapi.json");

const OPERATION = z.object({
  requestBody: z.object({ content: z.record(z.string(), z.object({ schema: z.unknown() })) }).optional(),
  parameters: z.array(z.object({ name: z.string(), in: z.string() })).default([]),
  responses: z.record(
    z.string(),
    z.object({ content: z.record(z.string(), z.object({ schema: z.unknown() })).optional() }),
  ),
});
const DOCUMENT = z.object({
  paths: z.record(z.string(), z.record(z.string(), OPERATION)),
  components: z.object({ schemas: z.record(z.string(), z.unknown()) }),
});

interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly query: readonly string[];
  readonly body: unknown;
  readonly status: number;
  readonly answer: unknown;
}

/** Says what of an exchange is not as the published interface has it; nothing when it is. */
export type Inspect = (exchange: Exchange) => readonly string[];

export function openInterface(file: string): Inspect {
  const { paths, components } = DOCUMENT.parse(JSON.parse(readFileSync(file, "utf8")));
  const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: false });
  const compiled = new Map<string, ValidateFunction>();
  ajv.addSchema(asJsonSchema({ components }, true), "strict");
  ajv.addSchema(asJsonSchema({ components }, false), "loose");
  const check = (
    key: string,
    schema: unknown,
    { value, base }: { value: unknown; base: string },
  ): readonly string[] => {
    const validate = compiled.get(key) ?? ajv.compile(rebased(asJsonSchema(schema, base === "strict"), base));
    compiled.set(key, validate);
    if (validate(value)) return [];
    return (validate.errors ?? []).slice(-3).map(({ instancePath, message }) => `${key}: ${instancePath} ${message}`);
  };
  return ({ method, path, query, body, status, answer }) => {
    // The most literal path first: /collections/aliases is no collection.
    const templates = Object.keys(paths).filter((one) => matches(one, path));
    const template = templates.sort((a, b) => a.split("{").length - b.split("{").length)[0];
    const operation = template && paths[template]?.[method.toLowerCase()];
    if (!operation) return [`${method} ${path} is not in the interface`];
    const key = `${method} ${template}`;
    const allowed = operation.parameters.filter((parameter) => parameter.in === "query").map(({ name }) => name);
    const strangers = query.filter((name) => !allowed.includes(name)).map((name) => `${key}: no parameter ${name}`);
    const request = operation.requestBody?.content["application/json"]?.schema;
    const asked = request ? check(`${key} request`, request, { value: body, base: "strict" }) : [];
    const response = operation.responses[String(status)]?.content?.["application/json"]?.schema;
    const told = response ? check(`${key} answer ${status}`, response, { value: answer, base: "loose" }) : [];
    return [...strangers, ...asked, ...told];
  };
}

function matches(template: string, path: string): boolean {
  const [wanted, given] = [template.split("/"), path.split("/")];
  return wanted.length === given.length && wanted.every((part, i) => part.startsWith("{") || part === given[i]);
}

/**
 * OpenAPI 3.0 as JSON Schema: `nullable` becomes the type null (left as it is, `{nullable: true}` would let anything
 * through), and in requests a field that the interface does not know is an error.
 */
function asJsonSchema(schema: unknown, isStrict: boolean): Record<string, unknown> {
  return z.record(z.string(), z.unknown()).parse(
    JSON.parse(JSON.stringify(schema), (key, value) => {
      if (typeof value !== "object" || value === null || Array.isArray(value) || key === "properties") return value;
      const { nullable, example: _, default: __, ...rest } = value;
      if (isStrict && rest.type === "object" && rest.properties && rest.additionalProperties === undefined) {
        rest.additionalProperties = false;
      }
      if (nullable !== true) return rest;
      if (rest.type === undefined && Object.keys(rest).every((name) => name === "description")) return { type: "null" };
      return rest.type === undefined ? { anyOf: [rest, { type: "null" }] } : { ...rest, type: [rest.type, "null"] };
    }),
  );
}

/** References of an operation's schema lead into the components added under `base`. */
function rebased(schema: Record<string, unknown>, base: string): Record<string, unknown> {
  const text = JSON.stringify(schema).replaceAll('"#/components', `"${base}#/components`);
  return z.record(z.string(), z.unknown()).parse(JSON.parse(text));
}
