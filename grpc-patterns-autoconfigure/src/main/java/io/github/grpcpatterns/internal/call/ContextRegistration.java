/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import io.micrometer.context.ContextRegistry;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.InitializingBean;

/**
 * Registers the {@link GrpcContextThreadLocalAccessor} while an application lives. The
 * registry belongs to the process, so the accessor stays until the last application of
 * the process has closed.
 */
final class ContextRegistration implements InitializingBean, DisposableBean {

	private static final GrpcContextThreadLocalAccessor ACCESSOR = new GrpcContextThreadLocalAccessor();

	// guarded by the class

	private static int applications;

	@Override
	public void afterPropertiesSet() {
		synchronized (ContextRegistration.class) {
			applications++;
			ContextRegistry.getInstance().registerThreadLocalAccessor(ACCESSOR);
		}
	}

	@Override
	public void destroy() {
		synchronized (ContextRegistration.class) {
			ContextRegistry registry = ContextRegistry.getInstance();
			// the accessor of another class loader may have replaced ours
			if (--applications == 0 && registry.getThreadLocalAccessors().contains(ACCESSOR)) {
				registry.removeThreadLocalAccessor(GrpcContextThreadLocalAccessor.KEY);
			}
		}
	}

}
