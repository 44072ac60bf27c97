-- The package that answered, for a run that was fetched before the package was known.
update runs set package = coalesce(package, :name) where run_id = :runId
