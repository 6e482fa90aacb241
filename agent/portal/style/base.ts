export const base = `
:root { color-scheme: light dark; }
body { font-family: system-ui, sans-serif; margin: 0; }
`;
