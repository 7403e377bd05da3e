/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.testing

import io.github.grpcpatterns.testing.v1.PingRequest
import io.github.grpcpatterns.testing.v1.PingResponse
import io.github.grpcpatterns.testing.v1.PingServiceGrpc
import io.grpc.MethodDescriptor
import io.grpc.ServerServiceDefinition
import io.grpc.Status
import io.grpc.StatusException
import io.grpc.kotlin.AbstractCoroutineServerImpl
import io.grpc.kotlin.ServerCalls.serverStreamingServerMethodDefinition
import io.grpc.kotlin.ServerCalls.unaryServerMethodDefinition
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.withContext
import net.devh.boot.grpc.server.service.GrpcService
import org.slf4j.MDC
import org.springframework.security.access.prepost.PostAuthorize
import org.springframework.security.access.prepost.PreAuthorize

object KotlinMethods {

	const val SERVICE = "grpcpatterns.testing.v1.KotlinService"

	@JvmField
	val PING: MethodDescriptor<PingRequest, PingResponse> = renamed(PingServiceGrpc.getPingMethod(), "Ping")

	@JvmField
	val LIST: MethodDescriptor<PingRequest, PingResponse> = renamed(PingServiceGrpc.getPingListMethod(), "List")

	private fun renamed(method: MethodDescriptor<PingRequest, PingResponse>, name: String) =
		method.toBuilder().setFullMethodName("$SERVICE/$name").setSchemaDescriptor(null).build()

}

/** What protoc-gen-grpc-kotlin generates. */
abstract class KotlinCoroutineImplBase : AbstractCoroutineServerImpl() {

	open suspend fun ping(request: PingRequest): PingResponse = throw StatusException(Status.UNIMPLEMENTED)

	open fun list(request: PingRequest): Flow<PingResponse> = throw StatusException(Status.UNIMPLEMENTED)

	final override fun bindService(): ServerServiceDefinition =
		ServerServiceDefinition.builder(KotlinMethods.SERVICE)
			.addMethod(
				unaryServerMethodDefinition(
					context = this.context, descriptor = KotlinMethods.PING, implementation = ::ping
				)
			)
			.addMethod(
				serverStreamingServerMethodDefinition(
					context = this.context, descriptor = KotlinMethods.LIST, implementation = ::list
				)
			)
			.build()

}

@GrpcService
open class KotlinService : KotlinCoroutineImplBase() {

	@PreAuthorize("hasAuthority('SCOPE_ping')")
	override suspend fun ping(request: PingRequest): PingResponse {
		delay(1)
		return withContext(Dispatchers.IO) { correlationId() }
	}

	@PreAuthorize("hasAuthority('SCOPE_ping')")
	override fun list(request: PingRequest): Flow<PingResponse> = flow {
		delay(1)
		emit(correlationId())
	}

	private fun correlationId() = PingResponse.newBuilder().setValue(MDC.get("correlationId").orEmpty()).build()

}

@GrpcService
open class PostAuthorizedKotlinService : KotlinCoroutineImplBase() {

	@PostAuthorize("returnObject.value == 'never'")
	override suspend fun ping(request: PingRequest): PingResponse {
		delay(1)
		return PingResponse.getDefaultInstance()
	}

}
