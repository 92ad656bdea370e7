/**
 * Finds the file that a worker thread or child process starts from. Node 20 cannot run TypeScript, so a module
 * that itself runs as TypeScript (under vitest) starts its helpers from the build in dist/.
 * @param moduleUrl `import.meta.url` of the caller
 * @param name file name beside the caller, without extension
 */
export function entryPoint(moduleUrl: string, name: string): URL {
  const built = moduleUrl.endsWith(".ts") ? moduleUrl.replace(/\/src\/(?!.*\/src\/)/, "/dist/") : moduleUrl;
  return new URL(`./${name}.js`, built);
}
