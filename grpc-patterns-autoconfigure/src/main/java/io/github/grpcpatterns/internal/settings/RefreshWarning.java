/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.settings;

import java.util.Collection;
import java.util.List;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.PropertyAccessorFactory;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.event.SmartApplicationListener;

/**
 * Warns if Spring Cloud's refresh changes settings at run time, because they are read
 * only once, on startup.
 */
final class RefreshWarning implements SmartApplicationListener {

	private static final Logger logger = LoggerFactory.getLogger(RefreshWarning.class);

	private static final String EVENT = "org.springframework.cloud.context.environment.EnvironmentChangeEvent";

	@Override
	public boolean supportsEventType(Class<? extends ApplicationEvent> eventType) {
		return eventType.getName().equals(EVENT);
	}

	@Override
	public void onApplicationEvent(ApplicationEvent event) {
		Object keys = PropertyAccessorFactory.forBeanPropertyAccess(event).getPropertyValue("keys");
		if (!(keys instanceof Collection<?> changed)) {
			return;
		}
		List<String> ours = changed.stream()
			.map(String::valueOf)
			.filter((key) -> PatternSettings.ROOT.isAncestorOf(ConfigurationPropertyName.adapt(key, '.')))
			.sorted()
			.toList();
		if (!ours.isEmpty()) {
			logger.warn("The change of {} has no effect before the application is restarted.", String.join(", ", ours));
		}
	}

}
