# Stand-in for postgres:18: the embedded server's binaries behind the image's environment.
FROM fx-rates/base
COPY native /usr/lib/postgresql/18
COPY postgres.sh /usr/local/bin/docker-entrypoint.sh
RUN useradd --uid 999 --user-group --home-dir /var/lib/postgresql --create-home postgres \
  && chmod 755 /usr/local/bin/docker-entrypoint.sh && chmod -R a+rX /usr/lib/postgresql/18
VOLUME /var/lib/postgresql
STOPSIGNAL SIGINT
ENTRYPOINT ["docker-entrypoint.sh"]
