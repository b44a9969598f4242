// The gallery is no part of the package; but its scripts are of the same types.

import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";

test("the gallery's scripts are well typed", () => {
  const compiler = join(`${process.env.REFERRAL_CONNECT_NPM_TOOLS}`, "node_modules/typescript/bin/tsc");
  execFileSync(process.execPath, [compiler, "-p", "gallery"], { stdio: "inherit" });
});
