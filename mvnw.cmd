@echo off
rem Runs the Maven that .mvn\wrapper\maven-wrapper.properties names, as mvnw does elsewhere.
setlocal
set "WRAPPER=%~dp0.mvn\wrapper"
for /f "usebackq eol=# tokens=1,2 delims==" %%a in ("%WRAPPER%\maven-wrapper.properties") do (
	if "%%a"=="maven.version" set "VERSION=%%b"
	if "%%a"=="maven.sha512" set "SHA512=%%b"
)
if not defined MAVEN_USER_HOME set "MAVEN_USER_HOME=%USERPROFILE%\.m2"
set "MAVEN=%MAVEN_USER_HOME%\wrapper\dists\apache-maven-%VERSION%\%SHA512:~0,12%"
set "JAVA=java"
if defined JAVA_HOME set "JAVA=%JAVA_HOME%\bin\java.exe"
if exist "%MAVEN%\bin\mvn.cmd" goto run
"%JAVA%" "%WRAPPER%\MavenInstaller.java" "%VERSION%" "%SHA512%" "%MAVEN%" %*
if errorlevel 1 exit /b 1
:run
call "%MAVEN%\bin\mvn.cmd" %*
exit /b %ERRORLEVEL%
