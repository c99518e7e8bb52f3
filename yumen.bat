@echo off
rem Starts Yumen on Windows. In a source tree it builds first, when there is no build yet
rem (delete app\target to build again); in an unpacked distribution it only starts.
rem   JAVA_HOME, or java on the PATH   JDK 25 or newer
rem   YUMEN_JAVA_OPTS                  more options for the JVM
setlocal enabledelayedexpansion
set "here=%~dp0"
set "here=%here:~0,-1%"
if exist "%here%\pom.xml" (
  set "home=%here%"
  set "dist=%here%\app\target\yumen"
) else (
  for %%I in ("%here%\..") do set "home=%%~fI"
  set "dist=!home!"
)

set "java=java"
if defined JAVA_HOME if exist "%JAVA_HOME%\bin\java.exe" set "java=%JAVA_HOME%\bin\java.exe"
set "major=0"
for /f "tokens=2 delims==. " %%V in ('call "%java%" -XshowSettings:properties -version 2^>^&1 ^| findstr /c:"java.specification.version ="') do set "major=%%V"
if %major% LSS 25 (
  echo Yumen needs JDK 25 or newer; found %major%. 1>&2
  echo Install one, for example by "winget install EclipseAdoptium.Temurin.25.JDK", and set JAVA_HOME to its folder. 1>&2
  exit /b 1
)

if exist "%home%\pom.xml" (
  where mvn >nul 2>nul
  if errorlevel 1 if not exist "%dist%\lib\yumen.jar" (
    echo Building Yumen needs Apache Maven 3.8 or newer, and there is no mvn on the PATH. 1>&2
    exit /b 1
  )
  if "%~1"=="test" (
    call mvn -B -ntp -f "%home%\pom.xml" verify
    exit /b !errorlevel!
  )
  if not exist "%dist%\lib\yumen.jar" (
    echo Building Yumen, the first time ...
    call mvn -q -B -ntp -f "%home%\pom.xml" -Dprogram -P "!format" -pl app -am package
    if errorlevel 1 exit /b 1
  )
)

rem docs/adr/0012-garbage-collector.md says why these; another collector may be asked for.
set "heap=-XX:+UseParallelGC -Xms96m -Xmn48m"
echo "%YUMEN_JAVA_OPTS%" | findstr /r /c:"-XX:+Use[A-Za-z0-9]*GC" >nul && set "heap="

"%java%" %heap% -XX:+UseCompactObjectHeaders --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -Dio.netty.noUnsafe=false -Dio.netty.leakDetection.level=disabled %YUMEN_JAVA_OPTS% "-Dyumen.home=%home%" -jar "%dist%\lib\yumen.jar" %*
exit /b %errorlevel%
