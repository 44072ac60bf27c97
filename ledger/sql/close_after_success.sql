-- The provider answers again: closes the circuit breaker of the credentials.
delete from breakers where source = :source and credentials = :credentials
