// Stands in for what the build puts in its place: the styles of `style/`, as the real element has them.

export const css = "";
