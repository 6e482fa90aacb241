/** On paper: black on white, no controls, nothing cut in two. */
export const print = `
@media print {
  :root { --ground: #fff; --card: #fff; --raised: #fff; --ink: #000; --soft: #333; --line: #bbb; --shadow: none; }
  @page { margin: 16mm 14mm; }
  body { font-size: 10.5pt; }
  .bar nav, .leave, .who, .skip, form, button, .button, .pages ul, .filters, .no-print { display: none !important; }
  .top { border: 0; }
  .bar, main, footer { max-width: none; padding-left: 0; padding-right: 0; }
  .card { border: 0; padding: 0; }
  h1, h2, h3, .card-head { break-after: avoid; }
  table { font-size: 9pt; }
  table .under, table .chip { font-size: 8pt; }
  main, footer { padding-top: 0; padding-bottom: 0; }
  .age { white-space: nowrap; }
  th, td { padding: 1.2mm 2.5mm 1.2mm 0; }
  tbody th { width: auto; }
  .date-row { grid-template-columns: 1fr 2fr; }
  .chip { border: 0; padding: 0; }
  a { color: inherit; text-decoration: none; }
  tr, li, dl, .timeline { break-inside: avoid; }
  thead { display: table-header-group; }
  svg, .legend li::before { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;
