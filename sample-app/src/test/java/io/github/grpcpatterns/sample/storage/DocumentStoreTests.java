/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.storage;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

import com.google.protobuf.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link DocumentStore}.
 */
class DocumentStoreTests {

	/** {@code printf abc | sha256sum}. */
	private static final String ABC = "sha256/ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

	@TempDir
	private Path directory;

	@Test
	void keyIsTheDigestOfEverythingWritten() throws Exception {
		try (DocumentStore.Draft draft = newDraft()) {
			draft.write(ByteString.copyFromUtf8("a").concat(ByteString.copyFromUtf8("b")));
			draft.write(ByteString.EMPTY);
			draft.write(ByteString.copyFromUtf8("c"));
			assertThat(draft.store()).isEqualTo(ABC);
		}
		assertThat(this.directory.resolve(ABC)).hasContent("abc");
		assertThat(drafts()).isZero();
	}

	@Test
	void draftThatIsClosedLeavesNothing() throws Exception {
		DocumentStore.Draft draft = newDraft();
		draft.write(ByteString.copyFromUtf8("abc"));
		assertThat(drafts()).isOne();
		draft.close();
		draft.close();
		assertThat(drafts()).isZero();
		assertThat(this.directory.resolve(ABC)).doesNotExist();
	}

	@Test
	void draftsThatAProcessHasLeftAreSweptWhenTheStoreIsOpened() throws Exception {
		Path left = Files.createDirectories(this.directory.resolve("drafts")).resolve("document1.tmp");
		Files.writeString(left, "ab");
		DocumentStore store = DocumentStore.open(this.directory);
		assertThat(left).doesNotExist();
		try (DocumentStore.Draft draft = store.newDraft()) {
			draft.write(ByteString.copyFromUtf8("abc"));
			DocumentStore.open(this.directory);
			assertThat(drafts()).isOne();
			assertThat(draft.store()).isEqualTo(ABC);
		}
	}

	@Test
	void directoryIsTheUsersOwnByDefault() {
		Path directory = new StorageProperties(null).directoryOrDefault();
		assertThat(directory.getParent()).isEqualTo(Path.of(System.getProperty("java.io.tmpdir")));
		assertThat(directory.getFileName()).hasToString("grpc-patterns-sample-" + System.getProperty("user.name"));
		assertThat(new StorageProperties(this.directory).directoryOrDefault()).isEqualTo(this.directory);
	}

	private DocumentStore.Draft newDraft() throws Exception {
		return DocumentStore.open(this.directory).newDraft();
	}

	private long drafts() throws Exception {
		try (Stream<Path> files = Files.list(this.directory.resolve("drafts"))) {
			return files.count();
		}
	}

}
