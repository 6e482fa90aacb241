/** The pages about data: mails, tables, tokens, the way to add a UPS. */
export const data = `
.row.between { justify-content: space-between; }
.stack textarea { width: 100%; }
textarea { font-family: ui-monospace, "SF Mono", Consolas, "DejaVu Sans Mono", monospace; font-size: .925em; }
.reply { overflow-wrap: anywhere; }
dd code, .say code { overflow-wrap: anywhere; }
.say code { display: block; font-size: 1rem; }
.say p:last-child { margin: 0; }
table.mails tbody th { width: 46%; }
table.short { width: auto; min-width: 18rem; }
h1 + .columns, h1 + .card { margin-top: 1.25rem; }
`;
