// What measures inside a page, the same for both elements. It comes before everything else, and does nothing but what it
// is asked for: by the page's address, from the beginning on, or by the program that drives the browser.

window.bench = (() => {
  const TAGS = "referral-connect, referral-floor";
  const all = () => [...document.querySelectorAll(TAGS)];
  const part = (element, name) => element?.shadowRoot?.querySelector(`[part~=${name}]`);
  const isLaidOut = (shown) => shown?.getClientRects().length > 0;

  /** The first moment after a frame in which it was there, in milliseconds since the navigation began. */
  const painted = (look) => new Promise((done, failed) => {
    const end = performance.now() + 30_000;
    const frame = (now) => {
      if (now > end) return failed(new Error(`not painted: ${look}`));
      if (!look()) return requestAnimationFrame(frame);
      // What is posted before a frame is drawn arrives after it.
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => done(performance.now());
      port2.postMessage(0);
    };
    requestAnimationFrame(frame);
  });

  const until = (what, look) => new Promise((seen, failed) => {
    const end = performance.now() + 30_000;
    const again = () => {
      const found = look();
      if (found) seen(found);
      else if (performance.now() > end) failed(new Error(`waited for ${what}`));
      else setTimeout(again, 20);
    };
    again();
  });

  /** Whether it does all that it can: the floor always does. */
  const isAtWork = (element) => part(element, "input") && element.state !== "loading";

  const typable = async () => {
    const at = await painted(() => isLaidOut(part(all()[0], "input")));
    const field = part(all()[0], "input");
    field.focus({ preventScroll: true });
    document.execCommand("insertText", false, "A");
    if (field.value !== "A") throw new Error(`a typed letter does not go in: ${field.value}`);
    return at;
  };

  /** Types a short code as soon as that is possible, and sends. */
  const refused = async () => {
    const isTypable = await typable();
    document.execCommand("insertText", false, "BC");
    part(all()[0], "button").click();
    const isTold = await painted(() => /3 characters/.test(part(all()[0], "message")?.textContent));
    await until("all files", () => isAtWork(all()[0]));
    const begunBefore = performance.getEntriesByType("resource").filter(({ responseStart }) => responseStart < isTypable);
    const bytes = begunBefore.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0);
    return { typable: isTypable, told: isTold, bytes };
  };

  const allPainted = () => painted(() => all().length === 100 && all().every((element) => isLaidOut(part(element, "input"))));
  const allAtWork = () => painted(() => all().length === 100 && all().every(isAtWork));

  /** Counts how the layout shifts, as browsers score it, until the result is there. */
  const shifts = [];
  const watchShifts = () =>
    new PerformanceObserver((seen) => shifts.push(...seen.getEntries())).observe({ type: "layout-shift", buffered: true });
  const arrived = async () => {
    let before = 0;
    await painted(() => {
      const isThere = part(all()[0], "firms");
      if (isThere) before = performance.now();
      return isThere;
    });
    // The observer is told of a frame after that.
    await new Promise((done) => setTimeout(done, 100));
    const unasked = shifts.filter(({ hadRecentInput, startTime }) => !hadRecentInput && startTime < before);
    return unasked.reduce((sum, { value }) => sum + value, 0);
  };

  /** From a key to the end of the frame that shows what it did, for each key that is pressed. */
  const watchKeys = () => {
    const times = (bench.keys = []);
    addEventListener("keydown", ({ timeStamp }) => painted(() => true).then((at) => times.push(at - timeStamp)), true);
  };

  const pressed = () => new Promise((done) => {
    addEventListener("keydown", async ({ timeStamp }) => done((await painted(() => part(all()[0], "firms"))) - timeStamp),
      { once: true, capture: true });
  });

  /** Puts one in, waits until it does all that it can, lays it out, and takes it out again, so many times. */
  const mounts = async (times) => {
    const [like] = all();
    const spent = { in: 0, out: 0 };
    for (let index = 0; index < times; index++) {
      const fresh = like.cloneNode();
      const began = performance.now();
      const ready = like.localName === "referral-connect"
        && new Promise((done) => fresh.addEventListener("referral-ready", done, { once: true }));
      document.body.append(fresh);
      await ready;
      part(fresh, "input").getClientRects();
      const isIn = performance.now();
      fresh.remove();
      await null;
      await null;
      document.body.getClientRects();
      spent.in += isIn - began;
      spent.out += performance.now() - isIn;
      // A task each, as a page would.
      await new Promise((done) => setTimeout(done));
    }
    return { in: spent.in / times, out: spent.out / times };
  };

  /** Has all of them count down, from the same moment on or from moments spread over a second. */
  const countDown = async (isSpread) => {
    const pause = (ms) => new Promise((done) => setTimeout(done, ms));
    const show = (element) => {
      const now = Date.now();
      element.connection = {
        uuid: crypto.randomUUID(), status: "pending", direction: "sent",
        created_at: new Date(now - 1000).toISOString(), expires_at: new Date(now + 600_000).toISOString(),
        sender_firm: { uuid: "1", name: "Ashdown Vale & Partners" }, recipient_firm: { uuid: "2", name: "Larkspur & Wren" },
      };
    };
    const elements = all();
    if (!isSpread) elements.forEach(show);
    // The same moments in every run, in no order: 37 and 100 have no common divisor.
    else await Promise.all(elements.map((element, index) => pause((index * 37 % 100) * 10).then(() => show(element))));
    await until("a hundred countdowns", () =>
      elements.every((element) => / seconds?$/.test(element.shadowRoot.querySelector("[role=timer]")?.textContent)));
  };

  const texts = () => all().map((element) => element.shadowRoot.querySelector("[role=timer]").textContent);

  /** Keeps the memory of modules. */
  const modules = [];
  WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
    construct(target, given) {
      const made = new target(...given);
      modules.push(made.exports.memory);
      return made;
    },
  });
  const moduleBytes = () => modules.reduce((sum, memory) => sum + memory.buffer.byteLength, 0);

  return { all, part, painted, until, isLaidOut, isAtWork, refused, allPainted, allAtWork, watchShifts, arrived, watchKeys, pressed, mounts, countDown,
    texts, moduleBytes };
})();

const asked = location.hash.slice(1);
if (asked) bench.outcome = bench[asked]();
