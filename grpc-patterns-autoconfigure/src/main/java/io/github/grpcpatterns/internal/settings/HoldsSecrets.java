package io.github.grpcpatterns.internal.settings;

/**
 * Marks the settings of a pattern among which are secrets, so that no report of a value
 * that cannot be bound shows one.
 */
public interface HoldsSecrets {

}
