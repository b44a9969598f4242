// Compiles the module and runs it. It comes in one script with the module's glue code.

import { spoken, useAttempts, words } from "./language.js";
import { mount } from "./mount.js";
import { BROKEN, POLICY, TOO_OLD } from "./words.js";

/** @import { Asset } from "./assets.js" */
/** @import { Attempts } from "./attempts.js" */
/** @import { Instance, Mount } from "./mount.js" */

/**
 * An instance of the module that runs.
 * @typedef {object} Started
 * @property {string} version
 * @property {Mount} mount
 * @property {typeof spoken} spoken
 * @property {typeof words} words
 */

/** @type {WebAssembly.Module | undefined} for all instances */
let compiled;

/**
 * @param {() => Instance} instance makes one
 * @param {string} css the styles of all that is seen once the module is there
 * @param {string} version of all of it
 */
export const starting = (instance, css, version) =>
  /**
   * Rejects with the cause, in words.
   * @param {Promise<Response>} first what the first attempt to fetch the module gives
   * @param {Asset} asset where the module is
   * @param {() => string | false} inVain the cause, if no further attempt to fetch it can help
   * @param {Attempts} attempts how to get a file: the loader's, so that it comes but once
   * @returns {Promise<Started>}
   */
  async (first, asset, inVain, attempts) => {
    useAttempts(attempts);
    // On its way while the module is: most elements speak the page's language. Whoever wants it sees what became of it.
    words(document.documentElement).then(({ locale }) => idle(() => prepare(locale)), () => {});
    compiled ??= await attempts(
      asset,
      async (attempt) => compile(await (attempt > 1 ? fetch(asset.url, { ...asset, cache: "reload" }) : first)),
      (error) => inVain() || (error instanceof WebAssembly.CompileError && TOO_OLD),
    );
    try {
      const running = instance();
      running.initSync({ module: compiled });
      return { version, mount: mount(running, css), spoken, words };
    } catch (error) {
      // WebKit compiles what a policy does not let run.
      throw error instanceof WebAssembly.CompileError ? POLICY : BROKEN;
    }
  };

/** Safari has no other way to wait until nobody else wants to work. */
const idle = globalThis.requestIdleCallback ?? setTimeout;

/**
 * The first date takes browsers longer than all else between a press and its result.
 * @param {string} locale
 */
const prepare = (locale) => new Date().toLocaleString(locale, { dateStyle: "full", timeStyle: "short" });

/** @param {Response} response */
const compile = async (response) =>
  // Its bytes are the published ones, whatever the server calls them.
  response.headers.get("content-type") === "application/wasm"
    ? WebAssembly.compileStreaming(response)
    : WebAssembly.compile(await response.arrayBuffer());
