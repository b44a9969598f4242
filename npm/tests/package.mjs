// The package as those see it who install it.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";

/** @param {string} name */
const setting = (name) => {
  const value = process.env[`REFERRAL_CONNECT_${name}`];
  assert(value, `REFERRAL_CONNECT_${name} is not set: \`cargo xtask test --only package\` does`);
  return value;
};
const PACKAGE = setting("PACKAGE");
const ARCHIVE = setting("ARCHIVE");
/** Where it is installed beside all frameworks. */
const HOSTS = setting("HOSTS");
const TOOLS = setting("NPM_TOOLS");

/** @param {string} path */
const read = (path) => readFileSync(join(PACKAGE, path), "utf8");

/**
 * Runs a program of an npm package, and answers with what it prints; throws that if the program fails.
 * @param {string} name
 * @param {string} program
 * @param {string[]} options
 * @param {string} [folder]
 */
function run(name, program, options, folder = PACKAGE) {
  const manifest = join(TOOLS, "node_modules", name, "package.json");
  const { bin } = JSON.parse(readFileSync(manifest, "utf8"));
  const path = join(dirname(manifest), typeof bin === "string" ? bin : bin[program]);
  try {
    return execFileSync(process.execPath, [path, ...options], { cwd: folder, encoding: "utf8", stdio: "pipe" });
  } catch (error) {
    const { stdout, stderr } = /** @type {any} */ (error);
    assert.fail(`${program} ${options.join(" ")}\n${stdout}${stderr}`);
  }
}

/** @param {string} path */
const integrity = (path) => `sha256-${createHash("sha256").update(readFileSync(join(PACKAGE, path))).digest("base64")}`;

const alone = mkdtempSync(join(tmpdir(), "referral-connect-"));
after(() => rmSync(alone, { recursive: true }));
cpSync(join(HOSTS, "node_modules/@plannr"), join(alone, "node_modules/@plannr"), { recursive: true });
cpSync("npm/tests/consumer", alone, { recursive: true });

test("publint finds nothing", () => {
  assert.match(run("publint", "publint", ["--strict", PACKAGE]), /All good!/);
});

test("its types are found as its code is", () => {
  run("@arethetypeswrong/cli", "attw", [ARCHIVE, "--profile", "esm-only"]);
});

for (const module of ["bundler", "nodenext"]) {
  const options = ["--noEmit", "--strict", "--target", "es2022", "--module", module === "bundler" ? "esnext" : module,
    "--moduleResolution", module, "--types", ""];
  test(`TypeScript takes it alone, with \`${module}\``, () => {
    run("typescript", "tsc", [...options, "--lib", "es2022,dom,dom.iterable", "plain.ts"], alone);
  });
  test(`TypeScript takes it in React, Vue and Svelte, with \`${module}\``, () => {
    cpSync("npm/tests/consumer", join(HOSTS, "consumer"), { recursive: true });
    run("typescript", "tsc", [...options, "--skipLibCheck", "--jsx", "react-jsx", "plain.ts", "react.tsx", "others.ts"], join(HOSTS, "consumer"));
  });
}

test("servers import it, and nothing happens", () => {
  const script = `
    const before = Object.keys(globalThis).join();
    const whole = await import("@plannr/referral-connect");
    const pure = await import("@plannr/referral-connect/pure");
    const frame = await import("@plannr/referral-connect/frame-host");
    if (typeof frame.connectFrame !== "function") throw new Error("no way to connect a frame");
    if (whole.ReferralConnect !== pure.ReferralConnect) throw new Error("two classes");
    if (Object.keys(globalThis).join() !== before) throw new Error("a global was set");
    pure.define("other-name");
  `;
  execFileSync(process.execPath, ["--input-type=module", "-e", script], { cwd: alone, stdio: "pipe" });
});

test("the module is the one whose hash the scripts name", () => {
  assert(read("pure.js").includes(`integrity: "${integrity("widget.wasm")}"`));
  const hosted = read("hosted/referral-connect.js");
  const widgets = readdirSync(join(PACKAGE, "hosted")).filter((name) => name.startsWith("widget-"));
  assert.equal(widgets.length, 2);
  for (const name of widgets) assert(hosted.includes(name) && hosted.includes(integrity(`hosted/${name}`)), name);
});

test("it has the version of the project, and its licences", () => {
  assert.equal(JSON.parse(read("package.json")).version, readFileSync("Cargo.toml", "utf8").match(/^version = "(.+)"$/m)?.[1]);
  assert.equal(read("LICENSE"), readFileSync("LICENSE", "utf8"));
  assert.match(read("THIRD-PARTY.md"), /leptos 0/);
  assert.match(read("THIRD-PARTY.md"), /the Rust standard library/);
});

test("nothing is packed that names this machine", () => {
  const listing = execFileSync("tar", ["-tzf", ARCHIVE], { encoding: "utf8" });
  const listed = [...listing.matchAll(/^package\/(.+)$/gm)].map(([, path]) => path);
  assert(listed.includes("THIRD-PARTY.md") && listed.includes("custom-elements.json") && listed.includes("widget.wasm"));
  for (const path of listed) assert(!readFileSync(join(PACKAGE, path)).includes(process.cwd()), path);
});

test("Vite's development server finds the module", async () => {
  const require = createRequire(join(HOSTS, "package.json"));
  const { createServer } = await import(pathToFileURL(join(dirname(require.resolve("vite/package.json")), "dist/node/index.js")).href);
  const server = await createServer({
    root: join(HOSTS, "vue"), cacheDir: join(alone, "cache"), logLevel: "error", server: { port: 0, host: "127.0.0.1" },
  });
  try {
    await server.listen();
    const origin = `http://127.0.0.1:${server.httpServer.address().port}`;
    /** @param {string} path @param {RegExp} next */
    const follow = async (path, next) => {
      const text = await (await fetch(new URL(path, origin))).text();
      return text.match(next)?.[1] ?? assert.fail(`${path} has no ${next}:\n${text.slice(0, 2000)}`);
    };
    const script = await follow("/App.vue", /["']([^"']*referral-connect\.js[^"']*)["']/);
    const module = await follow(script, /["']([^"']*widget\.wasm[^"']*)["']/);
    const reply = await fetch(new URL(module, new URL(script, origin)));
    assert.equal(reply.headers.get("content-type"), "application/wasm");
    assert.deepEqual(Buffer.from(await reply.arrayBuffer()), readFileSync(join(PACKAGE, "widget.wasm")));
  } finally {
    await server.close();
  }
});

test("its documents name files that are there", () => {
  const pages = ["README.md", ...readdirSync(join(PACKAGE, "docs")).map((name) => `docs/${name}`)];
  for (const page of pages)
    for (const [, link] of read(page).matchAll(/\]\((?!https?:|#)([^)#]+)/g))
      assert(existsSync(join(PACKAGE, dirname(page), link)), `${page} links ${link}`);
});
