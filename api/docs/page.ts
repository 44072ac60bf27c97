interface Page {
  /** HTML, as the body is: text is escaped by the caller. */
  readonly title: string;
  readonly body: string;
  /** Relative URL of the API's root, no trailing slash, so that any path prefix works. */
  readonly root: string;
  /** More HTML for the head, with its line end. */
  readonly head?: string;
}

/** A whole HTML page with the dashboard's base style sheet. */
export function formatPage({ title, body, root, head = '' }: Page): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="${root}/dashboard/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="${root}/dashboard/styles/base.css">
${head}</head>
<body>
${body}
</body>
</html>
`;
}
