# Stand-in for Prometheus: Debian’s, behind the image’s paths and user.
FROM fx-rates/base
COPY prometheus /bin/prometheus
RUN mkdir /prometheus && chown nobody /prometheus
USER nobody
ENTRYPOINT ["/bin/prometheus"]
