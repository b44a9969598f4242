// Stands in for what the build puts in its place.

/** The styles of the frame's document: tokens, and what is around the form. */
export const css = "";
