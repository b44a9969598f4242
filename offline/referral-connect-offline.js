// The page's service worker: shows the page where its server is out of reach. It answers for the page and its own files,
// never for a request to the API, nor for the frame, the gallery and what they load: those never notice it.

// `build.mjs` writes the two into this place.
/** The release's own hash. @type {string} */
const RELEASE = "";
/** The files of the page, each with the hash of what is in it. @type {[name: string, integrity: string][]} */
const FILES = [];

const PAGE = new URL("./", location.href).href;

/** The caches of all releases, of this folder's page alone: other pages of the origin may have caches too. */
const CACHES = `referral-connect ${PAGE} `;
const CACHE = CACHES + RELEASE;

const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));

/** @type {Map<string, string>} integrity by address */
const own = new Map(FILES.map(([name, integrity]) => [new URL(name, PAGE).href, integrity]));

worker.addEventListener("install", (event) => event.waitUntil(keep().then(() => worker.skipWaiting())));
worker.addEventListener("activate", (event) => event.waitUntil(forgetOthers()));
worker.addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  if (method !== "GET") return;
  if (mode === "navigate" ? isPage(url) : own.has(url)) event.respondWith(answer(event.request));
});

/** Keeps the page and all of its files, or nothing: then the browser tries again when the page is next visited. */
async function keep() {
  const response = await fetch(PAGE, { cache: "no-cache" });
  const text = await response.text();
  // It may be another release's, halfway through a deployment, or a page to sign in on.
  if (!response.ok || response.redirected || !FILES.every(([name]) => text.includes(name)))
    throw new Error(`${PAGE} is not the page of this release`);
  const files = await Promise.all([...own].map(async ([url, integrity]) => {
    const file = await fetch(url, { integrity });
    if (!file.ok) throw new Error(`${url} is answered with ${file.status}`);
    return /** @type {const} */ ([url, file]);
  }));
  const cache = await caches.open(CACHE);
  for (const [url, file] of files) await cache.put(url, file);
  await cache.put(PAGE, copyOf(response, text));
}

/**
 * The page as it will be shown where its server is out of reach: it says so, and holds no token, which is never stored.
 * @param {Response} response
 * @param {string} text
 */
function copyOf(response, text) {
  const headers = new Headers(response.headers);
  // They are about how it was sent.
  for (const name of ["Content-Encoding", "Content-Length"]) headers.delete(name);
  const copy = text
    .replace(/<meta\b[^>]*\breferral-connect-token\b[^>]*>/gi, "")
    .replace(/(?=<\/head>)/i, '<meta name="referral-connect-copy" content="yes">');
  return new Response(copy, { headers });
}

async function forgetOthers() {
  for (const name of await caches.keys())
    if (name.startsWith(CACHES) && name !== CACHE) await caches.delete(name);
}

/** Whether an address is the page's. It alone may say something after a question mark: a code. @param {string} url */
function isPage(url) {
  const { origin, pathname } = new URL(url);
  return [PAGE, `${PAGE}index.html`].includes(origin + pathname);
}

/** @param {Request} request */
async function answer(request) {
  const isNavigation = request.mode === "navigate";
  // Such a file never changes.
  const kept = !isNavigation && hasHash(request.url) && (await find(request.url));
  if (kept) return kept;
  try {
    // The page from its server if at all possible, so that a new release is seen at once.
    return await fetch(request);
  } catch (why) {
    const copy = await find(isNavigation ? PAGE : request.url);
    if (copy) return copy;
    throw why;
  }
}

/** Whether the build put a hash of what is in a file into its name. @param {string} url */
const hasHash = (url) => /-[0-9a-f]{8,}[._][^/]*$/.test(url);

/** @param {string} url */
async function find(url) {
  try {
    return await caches.match(url, { cacheName: CACHE });
  } catch (why) {
    // Some browsers do not let us at what they hold; then all is as without a worker.
    console.info("what is kept cannot be read:", why);
    return undefined;
  }
}
