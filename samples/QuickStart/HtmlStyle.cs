namespace QuickStart;

/// <summary>How the page looks, in light and in dark.</summary>
internal static class HtmlStyle
{
    public const string Text = """

        :root { color-scheme: light dark; --paper: #fff; --ink: #1d2129; --soft: #626a76; --rule: #e2e5ea; --accent: #1f6fb5; --good: #1a7f4b; --bad: #c8322b;
          --d0: #3a78b5; --d1: #2b8f89; --d2: #6a67b8; --d3: #6f8a2f; --d4: #8a63ad; --d5: #5a7f99; --d6: #3f8a58; --d7: #e0481c; --d8: #cc1f74; --d9: #b97d00; }
        @media (prefers-color-scheme: dark) { :root { --paper: #15181d; --ink: #e6e8ec; --soft: #9aa3b0; --rule: #2c323b; --accent: #6db3f2; --good: #5ccf90; --bad: #ff7a70;
          --d0: #78b0e6; --d1: #5cc4bd; --d2: #a3a1f0; --d3: #a9c667; --d4: #c39be6; --d5: #93b6cf; --d6: #78c592; --d7: #ff7a4d; --d8: #ff6bb0; --d9: #f2c14e; } }
        * { box-sizing: border-box; }
        body { max-width: 1080px; margin: 0 auto; padding: 40px 24px 64px; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
        h1 { margin: 0 0 8px; font-size: 30px; line-height: 1.2; font-weight: 650; letter-spacing: -.01em; }
        h2 { margin: 44px 0 12px; padding-top: 16px; border-top: 1px solid var(--rule); font-size: 20px; font-weight: 650; }
        p { max-width: 76ch; margin: 10px 0; }
        .lead { font-size: 18px; color: var(--soft); }
        .note, figcaption { font-size: 14px; color: var(--soft); }
        table { width: 100%; max-width: 820px; border-collapse: collapse; font-variant-numeric: tabular-nums; }
        th, td { padding: 6px 10px; text-align: left; vertical-align: top; font-weight: 400; }
        thead th { border-bottom: 2px solid var(--rule); font-size: 14px; color: var(--soft); }
        tbody th span { display: block; font-size: 13px; color: var(--soft); }
        tbody tr.last, tbody th:not([rowspan]), tbody th:not([rowspan]) ~ td { border-bottom: 1px solid var(--rule); }
        .n { text-align: right; }
        .best { font-weight: 700; color: var(--good); }
        .pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); gap: 28px; }
        .triple { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 300px), 1fr)); gap: 20px; }
        figure { margin: 0; min-width: 0; }
        figcaption { margin-top: 6px; }
        svg { display: block; width: 100%; }
        .middle { text-anchor: middle; }
        .end { text-anchor: end; }
        .tick { font-size: 12px; fill: var(--soft); }
        .grid { stroke: var(--rule); }
        .kept { stroke: var(--soft); stroke-dasharray: 3 3; }
        .curve { fill: none; stroke: var(--accent); stroke-width: 2; stroke-linejoin: round; }
        .map { border: 1px solid var(--rule); border-radius: 6px; font-size: 9px; }
        .map .d7, .map .d8, .map .d9 { font-size: 10px; font-weight: 700; }
        .legend { font-size: 14px; color: var(--soft); }
        .legend b { padding: 0 4px; font-size: 16px; }
        .d0 { fill: var(--d0); color: var(--d0); } .d1 { fill: var(--d1); color: var(--d1); } .d2 { fill: var(--d2); color: var(--d2); } .d3 { fill: var(--d3); color: var(--d3); }
        .d4 { fill: var(--d4); color: var(--d4); } .d5 { fill: var(--d5); color: var(--d5); } .d6 { fill: var(--d6); color: var(--d6); } .d7 { fill: var(--d7); color: var(--d7); }
        .d8 { fill: var(--d8); color: var(--d8); } .d9 { fill: var(--d9); color: var(--d9); }
        .neighbors { display: grid; grid-template-columns: repeat(9, 1fr); gap: 6px; text-align: center; font-size: 12px; line-height: 1.2; }
        .neighbors div { padding: 3px; border: 2px solid transparent; border-radius: 4px; }
        .neighbors svg { fill: var(--ink); }
        .neighbors span { display: block; height: 14px; color: var(--bad); font-weight: 700; }
        .neighbors .query { background: color-mix(in srgb, var(--accent) 14%, transparent); }
        .neighbors .query span { color: var(--accent); }
        .neighbors .wrong { border-color: var(--bad); }

        """;
}
