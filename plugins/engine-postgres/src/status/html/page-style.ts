/** The style of the page, for light and dark. What colour says is also said by shape or words. */
export const PAGE_STYLE = `
:root { color-scheme: light dark; --paper: #ffffff; --ink: #1c2430; --soft: #5a6675; --line: #d8dee6; --card: #f5f7fa;
  --wal: #7f9cc0; --window: #3f9e5f; --hole: #c62828; --backup: #1f4e8c; --ring: #b7791f; --good: #2e7d4f; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --paper: #12161c; --ink: #e4e9f0; --soft: #98a4b3; --line: #2c3540; --card: #1b212a;
  --wal: #5b7699; --window: #3f9e5f; --hole: #ff6b60; --backup: #8fbcff; --ring: #e3b35a; --good: #63c48a; --bad: #ff8a80; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 24px; max-width: 1240px; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
h1 { font-size: 22px; margin: 0; } h2 { font-size: 17px; margin: 32px 0 8px; }
header { display: flex; flex-wrap: wrap; gap: 4px 16px; align-items: baseline; }
.verdict { font-weight: 700; padding: 2px 12px; border-radius: 14px; color: var(--paper); background: var(--good); }
.verdict.bad { background: var(--bad); }
.soft { color: var(--soft); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 16px; margin: 16px 0 0; padding: 14px 18px;
  background: var(--card); border-radius: 8px; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
ul.problems { margin: 0; padding: 0; list-style: none; }
ul.problems li { margin: 6px 0; padding: 8px 14px; border-left: 4px solid var(--line); background: var(--card); overflow-wrap: anywhere; }
ul.problems li.failure { border-color: var(--bad); }
summary { cursor: pointer; padding: 4px 14px; font-weight: 600; }
.scroll { overflow-x: auto; }
svg.picture { display: block; width: 100%; min-width: 720px; height: auto; }
svg.legend { display: inline-block; vertical-align: middle; width: 30px; height: 26px; }
ul.legend { display: flex; flex-wrap: wrap; gap: 4px 22px; margin: 8px 0 0; padding: 0; list-style: none; color: var(--soft); }
text { fill: var(--ink); font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; font-size: 11px; }
text.label { text-anchor: middle; fill: var(--soft); paint-order: stroke; stroke: var(--paper); stroke-width: 4; } text.lane { fill: var(--soft); } text.name { font-weight: 700; font-size: 12px; }
.axis line { stroke: var(--soft); } .axis line.tick { stroke: var(--line); }
rect.wal { fill: var(--wal); } rect.window { fill: var(--window); } rect.hole { fill: var(--hole); stroke: var(--paper); stroke-width: 1; }
path.switch { fill: none; stroke: var(--soft); stroke-width: 1.5; stroke-dasharray: 4 3; }
path.chain { fill: none; stroke: var(--backup); stroke-width: 1.5; opacity: .7; } path.chain.elsewhere { stroke-dasharray: 2 3; }
.mark { fill: var(--backup); stroke: var(--paper); stroke-width: 1; }
.bad .mark { fill: var(--paper); stroke: var(--bad); stroke-width: 2; } .cross { stroke: var(--bad); stroke-width: 2; }
.ring { fill: none; stroke: var(--ring); stroke-width: 2; }
table { border-collapse: collapse; width: 100%; font-size: 13px; }
caption { text-align: left; color: var(--soft); padding: 4px 0; }
th, td { text-align: left; padding: 5px 12px 5px 0; border-bottom: 1px solid var(--line); vertical-align: top; white-space: nowrap; }
td:last-child { min-width: 240px; white-space: normal; overflow-wrap: anywhere; }
th { font-weight: 600; } td { font-variant-numeric: tabular-nums; }
`
