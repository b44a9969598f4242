// Compiles the module and runs it. It comes in one script with the module's glue code.

import { attempts } from "./attempts.js";
import { mount } from "./mount.js";
import { BROKEN, POLICY, TOO_OLD } from "./words.js";

/** @import { Asset } from "./assets.js" */
/** @import { Instance, Mount } from "./mount.js" */

/**
 * An instance of the module that runs.
 * @typedef {object} Started
 * @property {string} version
 * @property {Mount} mount
 */

/** @type {WebAssembly.Module | undefined} for all instances */
let compiled;

/**
 * @param {() => Instance} instance makes one
 * @param {string} css the styles of all that is seen once the module is there
 */
export const starting = (instance, css) =>
  /**
   * Rejects with the cause, in words.
   * @param {Promise<Response>} first what the first attempt to fetch the module gives
   * @param {Asset} asset where the module is
   * @param {() => string | false} inVain the cause, if no further attempt to fetch it can help
   * @returns {Promise<Started>}
   */
  async (first, asset, inVain) => {
    let isFirst = true;
    compiled ??= await attempts(
      asset,
      async () => {
        const response = isFirst ? first : fetch(asset.url, { ...asset, cache: "reload" });
        isFirst = false;
        return compile(await response);
      },
      (error) => inVain() || (error instanceof WebAssembly.CompileError && TOO_OLD),
    );
    try {
      const running = instance();
      running.initSync({ module: compiled });
      return { version: running.version(), mount: mount(running, css) };
    } catch (error) {
      // WebKit compiles what a policy does not let run.
      throw error instanceof WebAssembly.CompileError ? POLICY : BROKEN;
    }
  };

/** @param {Response} response */
const compile = async (response) =>
  // Its bytes are the published ones, whatever the server calls them.
  response.headers.get("content-type") === "application/wasm"
    ? WebAssembly.compileStreaming(response)
    : WebAssembly.compile(await response.arrayBuffer());
