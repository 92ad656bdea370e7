import type { FastifyRequest } from "fastify";
import { z } from "zod";
import { MAX_IMAGE_BYTES } from "../pipeline/image-limits.ts";
import { RequestProblem } from "./problem.ts";

/** Base64 needs four bytes for three; the rest is room for the other fields. */
export const PICTURE_BODY_LIMIT = Math.ceil((MAX_IMAGE_BYTES * 4) / 3) + 64 * 1024;
const LONGEST_URL = 2_048;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
const DATA_URL = /^data:image\/[a-z0-9.+-]{1,40};base64,/;

/** A file part of a form. */
export const filePart = z
  .custom<Uint8Array>((value) => value instanceof Uint8Array && value.length > 0, "it must be a file that is not empty")
  .meta({ type: "string", format: "binary", description: "an image file of at most 10 MB" });

const base64Image = z
  .string()
  .min(1)
  .transform((text) => text.replace(DATA_URL, ""))
  .refine((text) => BASE64.test(text), "it must be base64")
  .transform((text): Uint8Array => Buffer.from(text, "base64"))
  .meta({ description: "the bytes of an image file in base64", examples: ["iVBORw0KGgoAAAANSUhEUg…"] });

const imageUrl = z
  .url({ protocol: /^https?$/ })
  .max(LONGEST_URL)
  .meta({
    description: "where the picture is instead of `image`; only hosts that the operator listed are asked",
    examples: ["https://covers.example.org/1.jpg"],
  });

/** Where a JSON body has its picture. */
export const PICTURE_JSON = { image: base64Image.optional(), imageUrl: imageUrl.optional() };
/** Where a form has it. */
export const PICTURE_FORM = { image: filePart.optional(), imageUrl: imageUrl.optional() };

/** Where a picture comes from; a request has exactly one. */
export interface PictureSource {
  readonly image?: Uint8Array | undefined;
  readonly imageUrl?: string | undefined;
}

/** Gets pictures from hosts that the operator listed. @throws OpfindError url-forbidden | cover-missing | source-… | aborted */
export type FetchPicture = (url: string, signal: AbortSignal) => Promise<Uint8Array>;

/** The picture that a request carries or points at. @throws RequestProblem request-invalid | OpfindError like `fetch` */
export async function pictureOf(
  { image, imageUrl: url }: PictureSource,
  fetch: FetchPicture,
  signal: AbortSignal,
): Promise<Uint8Array> {
  if (image && url === undefined) return image;
  if (url !== undefined && !image) return await fetch(url, signal);
  const issues = [{ path: "body", message: "it must have either image or imageUrl" }];
  throw new RequestProblem("request-invalid", "The request needs one picture.", { issues });
}

/** The body schemas of a route that takes JSON and forms. */
export interface BodySchemas<Json extends z.ZodType, Form extends z.ZodType> {
  readonly json: Json;
  readonly form: Form;
}

/** As Fastify documents bodies of several types. */
export function contentOf<Json extends z.ZodType, Form extends z.ZodType>({ json, form }: BodySchemas<Json, Form>) {
  return { content: { "application/json": { schema: json }, "multipart/form-data": { schema: form } } };
}

/** Reads the body by its own type. @throws RequestProblem request-invalid */
export function readBody<Json extends z.ZodType, Form extends z.ZodType>(
  { body, headers }: Pick<FastifyRequest, "body" | "headers">,
  { json, form }: BodySchemas<Json, Form>,
): z.output<Json> | z.output<Form> {
  const isForm = headers["content-type"]?.toLowerCase().startsWith("multipart/form-data") === true;
  const parsed = isForm ? form.safeParse(body) : json.safeParse(body);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(({ path, message }) => ({ path: ["body", ...path].join("."), message }));
  throw new RequestProblem("request-invalid", "The body does not have the documented form.", { issues });
}

/** Reads the body of a route that takes one picture, and gets that. @throws like `readBody` and `pictureOf` */
export async function readPicture<Asked extends PictureSource>(
  request: Pick<FastifyRequest, "body" | "headers">,
  {
    schemas,
    fetch,
  }: { readonly schemas: BodySchemas<z.ZodType<Asked>, z.ZodType<Asked>>; readonly fetch: FetchPicture },
  signal: AbortSignal,
): Promise<{ readonly asked: Asked; readonly picture: Uint8Array }> {
  const asked = readBody(request, schemas);
  return { asked, picture: await pictureOf(asked, fetch, signal) };
}
