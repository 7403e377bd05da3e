/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.docs;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import io.github.grpcpatterns.sample.user.v1.User;
import io.github.grpcpatterns.sample.user.v1.UserProto;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tries what {@code docs/protos.md} says about changes of a proto.
 */
class ProtoChangeTests {

	private static final User STORED = User.newBuilder().setId("7").setName("Ada").setEmail("ada@example.com").build();

	@Test
	void aReaderWithoutAFieldKeepsItsValue() throws Exception {
		Descriptor without = user((message) -> message.removeField(2));
		DynamicMessage read = DynamicMessage.parseFrom(without, STORED.toByteArray());
		assertThat(read.getUnknownFields().hasField(3)).isTrue();
		assertThat(User.parseFrom(read.toByteArray())).isEqualTo(STORED);
	}

	@Test
	void aNumberThatIsUsedAgainReadsTheOldValueUnderTheNewName() throws Exception {
		Descriptor reused = user((message) -> message.getFieldBuilder(2).setName("nickname").setJsonName("nickname"));
		DynamicMessage read = DynamicMessage.parseFrom(reused, STORED.toByteArray());
		assertThat(read.getField(reused.findFieldByName("nickname"))).isEqualTo("ada@example.com");
	}

	@Test
	void anotherTypeUnderTheSameNumberLosesTheValue() throws Exception {
		Descriptor retyped = user(
				(message) -> message.getFieldBuilder(2).setType(FieldDescriptorProto.Type.TYPE_INT64));
		DynamicMessage read = DynamicMessage.parseFrom(retyped, STORED.toByteArray());
		assertThat(read.getField(retyped.findFieldByNumber(3))).isEqualTo(0L);
	}

	@Test
	void bufRefusesADeletedFieldEvenWhereTheNumberIsReserved(@TempDir Path directory) throws Exception {
		List<String> buf = buf();
		Path before = proto(directory.resolve("before"), "string id = 1; string email = 3;");
		Path deleted = proto(directory.resolve("deleted"), "string id = 1;");
		Path reserved = proto(directory.resolve("reserved"), "reserved 3; reserved \"email\"; string id = 1;");
		Path added = proto(directory.resolve("added"), "string id = 1; string email = 3; string phone = 4;");
		assertThat(breaking(buf, deleted, before)).contains("Previously present field \"3\"");
		assertThat(breaking(buf, reserved, before)).contains("Previously present field \"3\"");
		assertThat(breaking(buf, added, before)).isEmpty();
		assertThat(breaking(buf, proto(directory.resolve("again"), "string id = 1; string nickname = 3;"), reserved))
			.contains("reserved");
	}

	private static Descriptor user(Consumer<DescriptorProto.Builder> change) throws DescriptorValidationException {
		FileDescriptorProto.Builder file = UserProto.getDescriptor().toProto().toBuilder().clearService();
		file.getMessageTypeBuilderList().stream().filter((message) -> message.getName().equals("User")).forEach(change);
		return FileDescriptor
			.buildFrom(file.build(), UserProto.getDescriptor().getDependencies().toArray(FileDescriptor[]::new))
			.findMessageTypeByName("User");
	}

	private static Path proto(Path directory, String fields) throws IOException {
		Files.createDirectories(directory);
		Files.writeString(directory.resolve("user.proto"),
				"syntax = \"proto3\"; package user.v1; message User { " + fields + " }");
		return directory;
	}

	private static String breaking(List<String> buf, Path changed, Path against) throws Exception {
		return run(
				Stream
					.concat(buf.stream(), Stream.of("breaking", changed.toString(), "--against", against.toString(),
							"--config", "{version: v2, breaking: {use: [FILE]}}"))
					.toList());
	}

	/** As {@code .ci/buf} finds it. */
	private static List<String> buf() throws Exception {
		String configured = System.getenv("BUF");
		for (List<String> command : List.of(List.of((configured != null) ? configured : "buf"),
				List.of("npx", "--yes", "@bufbuild/buf@1.75.0"))) {
			try {
				if (run(Stream.concat(command.stream(), Stream.of("--version")).toList())
					.matches("\\d+\\.\\d+.*\\s*")) {
					return command;
				}
			}
			catch (IOException ex) {
				// not on the path
			}
		}
		Assumptions.abort("buf is neither on the path nor to be had from npm");
		return List.of();
	}

	private static String run(List<String> command) throws Exception {
		Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
		String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		process.waitFor();
		return output;
	}

}
