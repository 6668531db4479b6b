using System.Text;
using ManualVae.Tools.Charts;

namespace ManualVae.Tools.Report;

/// <summary>One self-contained HTML file: no script, no font and no picture from elsewhere.</summary>
internal static class Page
{
    private const string Css = """
        *{box-sizing:border-box}
        body{margin:0;background:color-mix(in srgb,var(--mv-paper) 94%,var(--mv-axis));color:var(--mv-ink);
          font:15px/1.55 system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif}
        header,main,footer{max-width:1180px;margin:0 auto;padding:0 24px}
        header{padding-top:40px}
        h1{font-size:28px;line-height:1.2;margin:0 0 6px;letter-spacing:-.01em}
        h2{font-size:20px;margin:40px 0 12px;letter-spacing:-.005em}
        h3{font-size:15px;margin:20px 0 8px}
        p{margin:6px 0 14px;max-width:75ch}
        .lead,.muted{color:var(--mv-muted)}
        .lead{font-size:16px;margin:0 0 18px}
        nav{display:flex;flex-wrap:wrap;gap:6px 8px;margin:0 0 8px}
        nav a{font-size:13px;color:var(--mv-ink);text-decoration:none;padding:3px 11px;
          border:1px solid var(--mv-grid);border-radius:99px;background:var(--mv-paper)}
        nav a:hover{border-color:var(--mv-hot)}
        .card{background:var(--mv-paper);border:1px solid var(--mv-grid);border-radius:10px;padding:16px 20px;margin:0 0 16px}
        .facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(170px,1fr));gap:14px 24px;margin:0}
        .facts div{min-width:0}
        dt{font-size:12px;color:var(--mv-muted)}
        dd{margin:0;font-weight:600;overflow-wrap:anywhere}
        .figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(480px,100%),1fr));gap:16px;
          align-items:start;margin:0 0 16px}
        .figures:has(figure:only-child):not(:has(.mv-wide)){max-width:556px}
        figure{margin:0;min-width:0;border:1px solid var(--mv-grid);border-radius:10px;background:var(--mv-paper);
          overflow:hidden;text-align:center}
        figure svg{display:block;margin:0 auto;min-width:min-content}
        figure svg:not(.mv-wide){min-width:440px}
        figure:has(.mv-wide){grid-column:1/-1}
        .scroll{overflow-x:auto}
        .scroll:focus-visible{outline:2px solid var(--mv-hot);outline-offset:-2px}
        .aside{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
        .formula{overflow-x:auto;overflow-y:hidden;max-width:100%;padding:2px 0}
        math{font-size:18px}
        .found{border-left:3px solid var(--mv-hot);padding-left:14px}
        .examples{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(300px,100%),1fr));gap:16px}
        .examples .card{margin:0}
        .examples h3{margin:0 0 6px;font-size:14px}
        .examples p{font-size:13px;margin:0 0 8px}
        ol{margin:0 0 8px;padding-left:22px;font-size:14px}
        .hit{font-weight:700}
        a{color:var(--mv-hot)}
        .card:has(table){width:fit-content;max-width:100%}
        table{border-collapse:collapse;font-size:14px}
        thead th{font-size:12px;font-weight:500;color:var(--mv-muted);vertical-align:bottom}
        th{text-align:left;font-weight:600}
        th,td{padding:7px 28px 7px 0;border-bottom:1px solid var(--mv-grid)}
        tbody tr:last-child :is(th,td){border-bottom:0}
        th:last-child,td:last-child{padding-right:0}
        .number{text-align:right;font-variant-numeric:tabular-nums}
        td.number{white-space:nowrap}
        .best{font-weight:700}
        .se{color:var(--mv-muted);font-size:12px}
        code{font:13px/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
        details{margin:8px 0 0}
        summary{cursor:pointer;color:var(--mv-muted);font-size:13px}
        footer{padding:28px 24px 48px;color:var(--mv-muted);font-size:13px}
        @media (max-width:600px){header,main,footer{padding-left:14px;padding-right:14px}.card{padding:12px 14px}
          th,td{padding-right:16px}}
        @media print{body{background:none}nav{display:none}summary{list-style:none}.card,figure,tr{break-inside:avoid}
          h2,h3{break-after:avoid}details::details-content{content-visibility:visible;block-size:auto;overflow:visible}
          .scroll{overflow:visible}figure svg{min-width:0}.figures{display:block}figure{margin:0 0 12px}
          .examples{display:block;columns:2}}
        """;

    /// <summary>The page.</summary>
    public static string Write(string title, string lead, IReadOnlyList<ReportSection> sections, string footer)
    {
        var page = new StringBuilder();
        page.Append("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
            .Append("<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<meta name=\"color-scheme\" "
                + "content=\"light dark\">\n")
            // Nothing is loaded and no script runs, even if somebody put one into a figure of the run.
            .Append("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
                + "img-src data:; base-uri 'none'; form-action 'none'\">\n")
            .Append($"<title>{Html.Escape(title)}</title>\n<style>\n")
            .Append($"{FigureStyle.Page}\n{Css}</style>\n</head>\n<body>\n<header>\n")
            .Append($"<h1>{Html.Escape(title)}</h1>\n<p class=\"lead\">{Html.Escape(lead)}</p>\n");
        if (sections.Count > 2)
            page.Append("<nav aria-label=\"Sections\">").AppendJoin("", sections
                .Select((s, i) => $"<a href=\"#section-{i + 1}\">{Html.Escape(s.Title)}</a>")).Append("</nav>\n");
        page.Append("</header>\n<main>\n");
        for (int i = 0; i < sections.Count; i++)
            page.Append($"<section id=\"section-{i + 1}\" aria-labelledby=\"title-{i + 1}\">\n")
                .Append($"<h2 id=\"title-{i + 1}\">{Html.Escape(sections[i].Title)}</h2>\n{sections[i].Content}</section>\n");
        return page.Append($"</main>\n<footer>{Html.Escape(footer)}</footer>\n</body>\n</html>\n").ToString();
    }
}
