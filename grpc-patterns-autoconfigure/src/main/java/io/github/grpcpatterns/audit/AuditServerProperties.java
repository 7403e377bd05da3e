package io.github.grpcpatterns.audit;

import java.util.List;

import io.github.grpcpatterns.internal.settings.MethodPatterns;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.bind.Name;

/**
 * {@link ConfigurationProperties Properties} for the audit of decisions about access.
 *
 * @param enabled Whether to audit the methods that are named.
 * @param methods List of patterns of the methods to audit.
 * @param on Decisions to audit.
 * @param onInYaml Same as 'on', which YAML reads as 'true' where it is not quoted.
 */
@ConfigurationProperties(value = AuditServerProperties.PREFIX, ignoreUnknownFields = false)
public record AuditServerProperties(@DefaultValue("true") boolean enabled, @DefaultValue List<String> methods,
		@DefaultValue("denied") On on, @Name("true") @Nullable On onInYaml) {

	static final String PREFIX = "grpc.patterns.server.audit";

	public AuditServerProperties {
		MethodPatterns.of(PREFIX + ".methods", methods);
	}

	MethodPatterns audited() {
		return MethodPatterns.of(PREFIX + ".methods", this.methods);
	}

	/**
	 * Return the decisions to audit, under whichever name they were set.
	 */
	On decisions() {
		return (this.onInYaml != null) ? this.onInYaml : this.on;
	}

	/**
	 * Which decisions are audited.
	 */
	public enum On {

		/** Calls that are refused, and those that nobody could judge. */
		DENIED,

		/** Calls that pass too. */
		ALL

	}

}
