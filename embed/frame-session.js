// Where a gateway is behind the frame (docs/gateway.md): the page around gives a ticket in the place of a token, and the
// gateway a session for it, which is held here, in memory, and nowhere else.

/** @typedef {"first" | "refresh"} Reason */

/**
 * Gives the session, for as long as nothing refuses it.
 * @param {object} at
 * @param {string} at.endpoint of the gateway, as the element takes it
 * @param {(reason: Reason) => Promise<any>} at.ticket asks the page around for one
 * @param {() => string | null} at.wanted the account that the page around wants to act for, if it says so
 * @param {(account: string) => void} at.chosen hears which one it is
 * @returns {(reason: Reason) => Promise<string>}
 */
export function sessions({ endpoint, ticket, wanted, chosen }) {
  /** @type {Promise<string> | undefined} */
  let held;

  /**
   * @param {string} method
   * @param {string} path
   * @param {object} body
   * @param {string} [session]
   */
  const ask = async (method, path, body, session) => {
    const answer = await fetch(endpoint.replace(/\/$/, "") + path, {
      method,
      headers: {
        "Content-Type": "application/json",
        "X-Referral-Connect": "1",
        ...(session && { Authorization: `Bearer ${session}` }),
      },
      body: JSON.stringify(body),
      cache: "no-store",
      credentials: "omit",
      redirect: "error",
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    return answer;
  };

  /** @param {Reason} reason */
  const begin = async (reason) => {
    const answer = await ask("POST", "/auth/frame-session", { ticket: await ticket(reason) });
    const { session, account_uuid } = await answer.json();
    const account = wanted() ?? account_uuid;
    if (account && account !== account_uuid) await ask("PUT", "/auth/account", { account_uuid: account }, session);
    if (account) chosen(account);
    return session;
  };

  return (reason) => {
    if (!held || reason === "refresh") {
      const begun = begin(reason);
      held = begun;
      // The next one who asks tries anew.
      begun.catch(() => {
        if (held === begun) held = undefined;
      });
    }
    return held;
  };
}
