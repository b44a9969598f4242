import vue from "@vitejs/plugin-vue";

// Else Vue looks for a component of that name, and warns that there is none.
const isCustomElement = (tag) => tag === "referral-connect";

export default { plugins: [vue({ template: { compilerOptions: { isCustomElement } } })] };
