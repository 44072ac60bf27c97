FROM fx-rates/imported
COPY ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
