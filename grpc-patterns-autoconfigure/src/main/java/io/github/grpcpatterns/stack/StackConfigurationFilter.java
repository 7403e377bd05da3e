/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stack;

import java.util.Arrays;
import java.util.Set;

import io.github.grpcpatterns.ConditionalOnPattern;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.autoconfigure.AutoConfigurationImportFilter;
import org.springframework.boot.autoconfigure.AutoConfigurationMetadata;
import org.springframework.context.EnvironmentAware;
import org.springframework.core.env.Environment;

/**
 * Excludes auto-configurations of a stack while the pattern that replaces them is enabled
 * and its own auto-configuration is not excluded. Beans that the application declares are
 * unaffected.
 */
public abstract class StackConfigurationFilter implements AutoConfigurationImportFilter, EnvironmentAware {

	private final String prefix;

	private final String ours;

	private final Set<String> theirs;

	private @Nullable Environment environment;

	/**
	 * Create it.
	 * @param prefix the prefix of the pattern's settings
	 * @param ours the name of the pattern's auto-configuration
	 * @param theirs the names of what to leave out
	 */
	protected StackConfigurationFilter(String prefix, String ours, Set<String> theirs) {
		this.prefix = prefix;
		this.ours = ours;
		this.theirs = theirs;
	}

	@Override
	public void setEnvironment(Environment environment) {
		this.environment = environment;
	}

	@Override
	public boolean[] match(@Nullable String[] autoConfigurationClasses, AutoConfigurationMetadata metadata) {
		boolean[] match = new boolean[autoConfigurationClasses.length];
		boolean active = on("grpc.patterns.enabled") && on(this.prefix + ".enabled")
				&& Arrays.asList(autoConfigurationClasses).contains(this.ours);
		for (int i = 0; i < match.length; i++) {
			String name = autoConfigurationClasses[i];
			match[i] = !active || name == null || !this.theirs.contains(name);
		}
		return match;
	}

	private boolean on(String property) {
		Environment environment = this.environment;
		return environment == null || ConditionalOnPattern.OnPattern.on(environment, property);
	}

}
