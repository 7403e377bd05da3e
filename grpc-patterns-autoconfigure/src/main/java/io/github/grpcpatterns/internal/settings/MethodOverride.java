/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.settings;

import java.util.List;

/**
 * An entry of a pattern's {@code overrides}: methods, and any of the pattern's settings.
 * A setting that an entry leaves out is {@code null} and is inherited.
 */
public interface MethodOverride {

	/**
	 * Return the method patterns that the entry is about.
	 * @return one or more patterns
	 */
	List<String> methods();

}
