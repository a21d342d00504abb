/// The page: one file with its style, its script and its data, which asks nobody for anything.
enum ReportPage {
  /// Scripts and styles of its own, and nothing from elsewhere.
  private static let policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"

  static func html(title: String, data: String) -> String {
    """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta http-equiv="Content-Security-Policy" content="\(policy)">
    <title>\(XML.text(title))</title>
    <style>
    \(ReportStyle.text)
    </style>
    </head>
    <body>
    \(ReportBody.text)
    <script type="application/json" id="data">\(data)</script>
    <script>
    'use strict';
    (() => {
    \(ReportScript.model)
    \(ReportScript.timeline)
    \(ReportScript.moment)
    \(ReportScript.tables)
    })();
    </script>
    </body>
    </html>

    """
  }
}

/// The page's script, in parts that share one scope.
enum ReportScript {}
