// Everything comes from this service: no validator, no fonts and no scripts of others.
window.SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#contract',
  deepLinking: true,
  validatorUrl: null,
  defaultModelsExpandDepth: 0,
});
