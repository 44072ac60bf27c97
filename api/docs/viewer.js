// Everything comes from this service: no external validator, fonts or scripts.
window.SwaggerUIBundle({
  url: 'openapi.json',
  dom_id: '#contract',
  deepLinking: true,
  validatorUrl: null,
  defaultModelsExpandDepth: 0,
});
