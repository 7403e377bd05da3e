/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.gateway;

import java.util.List;

import net.devh.boot.grpc.client.channelfactory.GrpcChannelFactory;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.MediaType;
import org.springframework.http.converter.protobuf.ProtobufJsonFormatHttpMessageConverter;

/**
 * Sets up the gateway's channel, and JSON for messages.
 */
@Configuration(proxyBeanMethods = false)
class GatewayConfiguration {

	@Bean
	Backend backend(GrpcChannelFactory channels) {
		return new Backend(channels.createChannel("gateway"));
	}

	@Bean
	ProtobufJsonFormatHttpMessageConverter protobufJson() {
		ProtobufJsonFormatHttpMessageConverter converter = new ProtobufJsonFormatHttpMessageConverter(Json.PARSER,
				Json.PRINTER);
		// Else who accepts everything gets bytes of protobuf
		converter.setSupportedMediaTypes(List.of(MediaType.APPLICATION_JSON));
		return converter;
	}

}
