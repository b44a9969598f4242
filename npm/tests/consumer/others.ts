import type { GlobalComponents } from "vue";
import type { SvelteHTMLElements } from "svelte/elements";
import "@plannr/referral-connect";

type InVue = InstanceType<GlobalComponents["referral-connect"]>["$props"];
export const vue: InVue = { class: "wide", auth: "cookie", onReferralSent: ({ detail }) => detail.connection?.uuid };
// @ts-expect-error: there is no such theme
export const dim: InVue = { theme: "dim" };

type InSvelte = SvelteHTMLElements["referral-connect"];
export const svelte: InSvelte = { class: "wide", refresh: 30, "onreferral-sent": ({ detail }) => detail.connection?.uuid };
// @ts-expect-error: there is no such theme
export const pale: InSvelte = { theme: "pale" };
