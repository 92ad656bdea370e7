import { Ajv2020 } from "ajv/dist/2020.js";
import ajvFormats from "ajv-formats";
import { z } from "zod";
import type { App } from "../../src/http/app.ts";

const Operation = z.looseObject({
  operationId: z.string().optional(),
  responses: z.record(z.string(), z.looseObject({ content: z.record(z.string(), z.looseObject({})).optional() })),
});
const Document = z.looseObject({ openapi: z.string(), paths: z.record(z.string(), z.record(z.string(), Operation)) });

export type ApiDocument = z.output<typeof Document>;

interface Answer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

export async function readDocument(app: App): Promise<ApiDocument> {
  const { body } = await app.inject("/openapi.json");
  return Document.parse(JSON.parse(body));
}

/** Checks answers against the OpenAPI document. @returns what is wrong with an answer, null when it is documented so */
export function openapiCheck(document: ApiDocument) {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  ajvFormats.default(ajv);
  ajv.addSchema(document, "api");
  /** @param path as the document writes it, "/api/v1/songs/{anilistId}" */
  return (method: string, path: string, { statusCode, headers, body }: Answer): string | null => {
    const response = document.paths[path]?.[method.toLowerCase()]?.responses[String(statusCode)];
    if (!response) return `${method} ${path} does not document ${statusCode}: ${body.slice(0, 300)}`;
    const type = String(headers["content-type"]).split(";", 1)[0] ?? "";
    if (!response.content?.[type]) return `${method} ${path} ${statusCode} does not document ${type}`;
    const pointer = ["paths", path, method.toLowerCase(), "responses", String(statusCode), "content", type, "schema"];
    const fragment = pointer.map((part) => encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1")));
    const validate = ajv.getSchema(`api#/${fragment.join("/")}`);
    if (!validate) return `${method} ${path} ${statusCode} has no schema`;
    return validate(JSON.parse(body)) ? null : `${method} ${path} ${statusCode}: ${ajv.errorsText(validate.errors)}`;
  };
}
