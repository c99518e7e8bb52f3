@echo off
rem Starts Yumen on Windows. In a source tree it builds first, when there is no build yet
rem (delete app\target to build again); in an unpacked distribution it only starts.
rem `yumen --help` lists the commands, `yumen test` runs every test, `yumen format` formats the code.
rem
rem   JAVA_HOME         the JDK to use, when it is 25 or newer; others are looked for otherwise
rem   YUMEN_JAVA_OPTS   more options for the JVM, such as -Xmx1g
rem
rem It does what ./yumen does, but makes no cache for faster starts (YUMEN_AOT). Delayed expansion
rem stays off, because it would take every exclamation mark out of arguments.
setlocal disabledelayedexpansion
set "here=%~dp0"
set "here=%here:~0,-1%"
if exist "%here%\pom.xml" goto tree
for %%I in ("%here%\..") do set "home=%%~fI"
set "dist=%home%"
set "tool=java"
goto java

:tree
set "home=%here%"
set "dist=%here%\app\target\yumen"
set "tool=javac"

:java
set "jdk="
set "found="
if defined JAVA_HOME call :suits "%JAVA_HOME%"
if defined jdk goto ready
for /f "tokens=1,* delims== " %%A in ('java -XshowSettings:properties -version 2^>^&1 ^| findstr /c:"java.home ="') do set "found=%%B"
if defined found call :suits "%found%"
if defined jdk goto ready
for /d %%D in ("%ProgramFiles%\Eclipse Adoptium\jdk-*" "%ProgramFiles%\Java\jdk-*" "%ProgramFiles%\Microsoft\jdk-*" "%USERPROFILE%\.jdks\*") do if not defined jdk call :suits "%%~D"
if defined jdk goto ready
echo Yumen needs JDK 25 or newer, and none was found. 1>&2
echo Install one, for example by "winget install EclipseAdoptium.Temurin.25.JDK", then try again. 1>&2
echo If it is installed already, set JAVA_HOME to its folder. 1>&2
exit /b 1

:ready
set "goal="
if not "%tool%"=="javac" goto start
if "%~1"=="test" set "goal=verify"
if "%~1"=="format" set "goal=spotless:apply"
if defined goal goto maven
if exist "%dist%\lib\yumen.jar" goto start
call :need_maven
if errorlevel 1 exit /b 1
echo Building Yumen (the first time, this also downloads libraries) ...
set "JAVA_HOME=%jdk%"
call mvn -q -B -ntp -f "%home%\pom.xml" -Dprogram -P "!format" -pl app -am package
if errorlevel 1 exit /b 1
goto start

:maven
call :need_maven
if errorlevel 1 exit /b 1
set "JAVA_HOME=%jdk%"
set "rest="
for /f "tokens=1,*" %%A in ("%*") do set "rest=%%B"
call mvn -B -ntp -f "%home%\pom.xml" %goal% %rest%
exit /b %errorlevel%

:start
rem docs/adr/0012-garbage-collector.md says why these; another collector may be asked for.
set "heap=-XX:+UseParallelGC -Xms96m -Xmn48m"
echo "%YUMEN_JAVA_OPTS%" | findstr /r /c:"-XX:+Use[A-Za-z0-9]*GC" >nul && set "heap="

"%jdk%\bin\java.exe" %heap% -XX:+UseCompactObjectHeaders --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -Dio.netty.noUnsafe=false -Dio.netty.leakDetection.level=disabled -Djdk.reflect.useNativeAccessorOnly=true -Djava.awt.headless=true -Djdk.tls.rejectClientInitiatedRenegotiation=true %YUMEN_JAVA_OPTS% "-Dyumen.home=%home%" "-Dyumen.command=%~n0" -jar "%dist%\lib\yumen.jar" %*
exit /b %errorlevel%

rem Sets jdk to this folder when it holds a Java that is new enough.
:suits
if not exist "%~1\bin\java.exe" exit /b 1
if not exist "%~1\bin\%tool%.exe" exit /b 1
set "major=0"
for /f "tokens=2 delims==. " %%V in ('call "%~1\bin\java.exe" -XshowSettings:properties -version 2^>^&1 ^| findstr /c:"java.specification.version ="') do set "major=%%V"
if %major% LSS 25 exit /b 1
set "jdk=%~1"
exit /b 0

:need_maven
where mvn >nul 2>nul
if not errorlevel 1 exit /b 0
echo Building Yumen needs Apache Maven 3.8 or newer, and there is no mvn on the PATH. 1>&2
echo Install it, for example by "scoop install maven" or "choco install maven", then try again. 1>&2
exit /b 1
