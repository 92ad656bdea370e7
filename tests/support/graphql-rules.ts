import { readFileSync } from "node:fs";
import {
  buildSchema,
  type DocumentNode,
  type GraphQLSchema,
  graphqlSync,
  Kind,
  parse,
  type SelectionSetNode,
  validate,
} from "graphql";
import type { RecordedRequest, Reply } from "./double-server.ts";

/** The subset schemas of this project, beside this file. */
export function readSchema(name: "anilist" | "animethemes"): GraphQLSchema {
  return buildSchema(readFileSync(new URL(`./schema/${name}.graphql`, import.meta.url), "utf8"));
}

/** How many fields a document asks for, fragments counted wherever they are spread. Aliases count each. */
export function complexityOf(document: DocumentNode): number {
  return measure(document, (own, inner) => own + inner.reduce((sum, one) => sum + one, 0));
}

/** How deep the fields of a document lie within each other. */
export function depthOf(document: DocumentNode): number {
  return measure(document, (own, inner) => own + Math.max(0, ...inner)) - 1;
}

/** @param fold weighs a field (1, or 0 for what is none) with what lies inside */
function measure(document: DocumentNode, fold: (own: number, inner: readonly number[]) => number): number {
  const fragments = new Map<string, SelectionSetNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition.selectionSet);
  }
  const weigh = (set: SelectionSetNode | undefined): readonly number[] =>
    (set?.selections ?? []).flatMap((selection) => {
      if (selection.kind === Kind.FIELD) return fold(1, weigh(selection.selectionSet));
      if (selection.kind === Kind.FRAGMENT_SPREAD) return weigh(fragments.get(selection.name.value));
      return weigh(selection.selectionSet);
    });
  const operations = document.definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  return fold(
    1,
    operations.flatMap(({ selectionSet }) => weigh(selectionSet)),
  );
}

export interface Asked {
  readonly document: DocumentNode;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Reads a GraphQL request that is valid for the schema; otherwise the messages of what is wrong. */
export function readRequest({ body }: RecordedRequest, schema: GraphQLSchema): Asked | readonly string[] {
  try {
    const { query, variables = {} } = JSON.parse(body);
    const document = parse(query);
    const errors = validate(schema, document);
    return errors.length > 0 ? errors.map(({ message }) => message) : { document, query, variables };
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

export function isRejected(asked: Asked | readonly string[]): asked is readonly string[] {
  return Array.isArray(asked);
}

export function execute(schema: GraphQLSchema, { query, variables }: Asked, rootValue: unknown): Reply {
  const { data, errors } = graphqlSync({ schema, source: query, rootValue, variableValues: variables });
  return { status: 200, body: errors ? { data, errors: errors.map(({ message }) => ({ message })) } : { data } };
}

/** Services turn away clients that do not say who they are. */
export function isAnonymous({ headers }: RecordedRequest): boolean {
  const agent = headers["user-agent"] ?? "";
  return agent === "" || /^(node|undici)\b/i.test(agent);
}
