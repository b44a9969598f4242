// The floor: the widget's main job as a custom element by hand, in plain JavaScript, the way a good developer without
// a framework would write it. It is what the real element is measured beside (`docs/speed.md`), and nothing that
// anybody should use: it knows of no doubt about a request, no second tab, no record and no refresh.

import { css } from "./styles.js";

const KEY_LENGTH = 8;
const UNITS = /** @type {const} */ ([["day", 86_400_000], ["hour", 3_600_000], ["minute", 60_000], ["second", 1000]]);
const STATUSES = { pending: "Pending", accepted: "Accepted", denied: "Denied", expired: "Expired" };

const sheet = new CSSStyleSheet();
sheet.replaceSync(`${css} .referral-connect [hidden] { display: none; }`);

const template = document.createElement("template");
template.innerHTML = `
  <div class="referral-connect" part="base">
    <form class="referral-form" part="form" novalidate>
      <label class="referral-label" part="label" for="key">Adviser's referral code</label>
      <p class="referral-hint" part="hint" id="hint">8 characters, as the other adviser gave it to you</p>
      <input class="referral-input" part="input" type="text" id="key" name="adviser_key" autocomplete="off" autocapitalize="none"
        autocorrect="off" spellcheck="false" aria-required="true" aria-describedby="hint error">
      <button class="referral-button referral-send" part="button">Send request</button>
      <div class="referral-message" part="message" role="alert" id="error"></div>
    </form>
    <section class="referral-card" part="card" data-kind="none" aria-label="Your request">
      <div class="referral-told" role="status" aria-atomic="false"></div>
      <div class="referral-countdown" part="countdown" hidden>
        <p class="referral-countdown-left">
          <span class="referral-caption">Time left to answer</span>
          <span class="referral-timer" role="timer" aria-live="off"></span>
        </p>
        <div class="referral-meter" part="meter" role="meter" aria-label="Time left of the whole period"
          aria-valuemin="0" aria-valuemax="100"><div class="referral-meter-left"></div></div>
        <p class="referral-caption">Expires <time></time></p>
      </div>
      <div class="referral-actions" hidden>
        <button class="referral-button referral-quiet" part="button">New request</button>
      </div>
    </section>
  </div>`;

const result = document.createElement("template");
result.innerHTML = `
  <div class="referral-result">
    <p class="referral-headline">Request sent to <bdi></bdi></p>
    <span class="referral-badge" part="badge"><span class="referral-badge-shape" aria-hidden="true"></span> <bdi></bdi></span>
  </div>
  <dl class="referral-firms" part="firms">
    <div><dt class="referral-caption">From</dt><dd><bdi></bdi></dd></div>
    <div><dt class="referral-caption">To</dt><dd><bdi></bdi></dd></div>
  </dl>`;

class ReferralFloor extends HTMLElement {
  #root = this.attachShadow({ mode: "open" });
  #connection = null;
  #timer = 0;
  #permille = -1;
  #isSending = false;
  #seen = () => this.#tick();

  connectedCallback() {
    if (!this.#root.firstChild) {
      this.#root.adoptedStyleSheets = [sheet];
      this.#root.append(template.content.cloneNode(true));
      this.#find("form").onsubmit = (event) => {
        event.preventDefault();
        this.submit();
      };
      this.#find("input").oninput = () => this.#complain("");
      this.#find(".referral-quiet").onclick = () => {
        this.#find("input").value = "";
        this.connection = null;
        this.#find("input").focus();
      };
      if (Object.hasOwn(this, "connection")) {
        const { connection } = this;
        delete this.connection;
        this.connection = connection;
      }
    }
    document.addEventListener("visibilitychange", this.#seen);
    this.#tick();
  }

  disconnectedCallback() {
    clearTimeout(this.#timer);
    document.removeEventListener("visibilitychange", this.#seen);
  }

  /** The last connection. Setting one shows it without a request. */
  get connection() {
    return this.#connection;
  }
  set connection(value) {
    this.#connection = value;
    this.#show();
  }

  /** Does what a press of the button does. */
  submit() {
    if (this.#isSending) return;
    const field = this.#find("input");
    const key = field.value.replace(/[\s\p{Default_Ignorable_Code_Point}]/gu, "").normalize("NFKC");
    const problem = wrongWith(key);
    this.#complain(problem, true);
    if (problem) return field.focus();
    this.#send(key);
  }

  async #send(key) {
    this.#wait(true);
    try {
      const token = await this.getAccessToken("first");
      const endpoint = this.getAttribute("endpoint") ?? "https://api.plannrcrm.com";
      const response = await fetch(new URL("/api/v1/referral-connections", new URL(endpoint, location.href)), {
        method: "POST",
        headers: {
          Accept: "application/json",
          Authorization: `Bearer ${token}`,
          "Content-Type": "application/json",
          "X-PLANNR-ACCOUNT-UUID": this.getAttribute("account-uuid") ?? localStorage.getItem("plannr.account_uuid") ?? "",
        },
        body: JSON.stringify({ adviser_key: key }),
      });
      const answer = await response.json();
      if (response.ok) {
        this.connection = answer.data ?? answer;
      } else {
        const says = [answer.errors?.adviser_key ?? answer.message].flat()[0];
        this.#complain(`Nothing was sent: Plannr refused the request (status ${response.status}). Plannr says: ${says}`);
      }
    } catch {
      this.#complain(`Your request with the code ${key} may have been sent. Look in Plannr before you send it again.`);
    }
    this.#wait(false);
  }

  #wait(is) {
    this.#isSending = this.#find("input").readOnly = is;
    this.#find("button").ariaDisabled = is ? "true" : null;
    if (!is) return this.#show();
    const headline = document.createElement("p");
    headline.className = "referral-headline";
    headline.innerHTML = `<span class="referral-spinner" aria-hidden="true"></span>`;
    headline.append("Sending your request…");
    this.#find(".referral-card").dataset.kind = "sending";
    this.#find(".referral-told").replaceChildren(headline);
    this.#find(".referral-countdown").hidden = this.#find(".referral-actions").hidden = true;
  }

  /** @param {boolean} [isAboutKey] whether what is wrong is the code */
  #complain(problem, isAboutKey) {
    const field = this.#find("input");
    if (problem && isAboutKey) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
    const message = this.#find(".referral-message");
    message.replaceChildren();
    if (problem) message.appendChild(document.createElement("p")).textContent = problem;
  }

  /** Renders the connection; what changes with time is left to `#tick`. */
  #show() {
    const { sender_firm: from, recipient_firm: to, direction, expires_at: expires } = this.#connection ?? {};
    this.#find(".referral-card").dataset.kind = this.#connection ? "sent" : "none";
    this.#find(".referral-actions").hidden = !this.#connection;
    const told = this.#find(".referral-told");
    told.replaceChildren();
    if (this.#connection) {
      const fresh = result.content.cloneNode(true);
      const names = [from, to].map((firm) => firm?.name || "Unnamed firm");
      const [headline, , ...firms] = fresh.querySelectorAll("bdi");
      headline.textContent = names[direction === "received" ? 0 : 1];
      if (direction === "received") headline.parentNode.replaceChildren(headline, " asked to connect");
      firms.forEach((firm, index) => (firm.textContent = names[index]));
      told.append(fresh);
      const time = this.#find("time");
      time.dateTime = expires ?? "";
      time.textContent = expires ? new Date(expires).toLocaleString("en-GB", { dateStyle: "full", timeStyle: "short" }) : "";
    }
    this.#tick();
  }

  /** Shows how much time is left, and comes back when that reads otherwise. */
  #tick() {
    clearTimeout(this.#timer);
    if (!this.#connection) this.#find(".referral-countdown").hidden = true;
    if (!this.#connection || this.#isSending || document.hidden) return;
    const { status, created_at: created, expires_at: expires } = this.#connection;
    const left = Date.parse(expires) - Date.now();
    const isOver = left <= 0;
    const isRunning = status === "pending" && left > 0;
    const standing = status === "pending" && isOver ? "expired" : status;
    const badge = this.#find(".referral-badge");
    if (badge.dataset.status !== standing) {
      badge.dataset.status = standing;
      badge.lastElementChild.textContent = STATUSES[standing] ?? standing;
    }
    const countdown = this.#find(".referral-countdown");
    if (countdown.hidden === isRunning) countdown.hidden = !isRunning;
    if (!isRunning) return;
    const [words, smallest] = timeLeft(left);
    this.#find(".referral-timer").textContent = words;
    const permille = Math.min(1000, Math.floor((left * 1000) / (Date.parse(expires) - Date.parse(created))));
    const meter = this.#find(".referral-meter");
    meter.ariaValueText = words;
    if (permille !== this.#permille) {
      this.#permille = permille;
      meter.hidden = Number.isNaN(permille);
      meter.ariaValueNow = `${Math.floor(permille / 10)}`;
      meter.firstElementChild.style.width = `${permille / 10}%`;
    }
    this.#timer = setTimeout(() => this.#tick(), (left % smallest) + 1);
  }

  #find(selector) {
    return this.#root.querySelector(selector);
  }
}

/** @returns {string} what is wrong with a code, and how to mend it; empty when nothing is */
function wrongWith(key) {
  if (!key) return `Enter the other adviser's referral code. It has ${KEY_LENGTH} characters.`;
  const strange = key.match(/[^!-~]/u);
  if (strange) return `A referral code has only plain letters, digits and signs. Replace “${strange[0]}” in it.`;
  if (key.length === KEY_LENGTH) return "";
  const isShort = key.length < KEY_LENGTH;
  return `This code has ${count(key.length, "character")}, and a referral code has ${KEY_LENGTH}. ${
    isShort ? "Add what is missing." : "Remove what does not belong to it."}`;
}

/** @returns {[string, number]} the two largest units in words, and the length of the smaller in milliseconds */
function timeLeft(left) {
  const found = UNITS.findIndex(([, length]) => left >= length);
  const largest = found < 0 ? UNITS.length - 1 : found;
  const shown = UNITS.slice(largest, largest + 2);
  let rest = left;
  const words = shown.map(([unit, length]) => {
    const amount = Math.floor(rest / length);
    rest %= length;
    return count(amount, unit);
  });
  return [words.join(" "), shown.at(-1)[1]];
}

const count = (number, what) => `${number} ${what}${number === 1 ? "" : "s"}`;

customElements.define("referral-floor", ReferralFloor);
